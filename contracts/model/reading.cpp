#include "contracts/model/reading.hpp"

#include <algorithm>
#include <optional>

#include "contracts/model/contract.hpp"
#include "contracts/model/embedded_file.hpp"

namespace flow::contract {

namespace {

std::vector<Matter> read_matters() {
  const Json document = Json::parse(text_of(embedded_files(), "readings.json"));
  std::vector<Matter> all;
  for (const Json &json : document.at("matters")) {
    Matter matter{.name = json.at("name"), .about = json.at("about"), .choices = {}};
    for (const Json &choice : json.at("choices")) {
      matter.choices.push_back({.name = choice.at("name"),
                                .says = choice.at("says"),
                                .sources = choice.at("sources"),
                                .openapi = choice.value("openapi", false)});
    }
    all.push_back(std::move(matter));
  }
  return all;
}

template <typename Named> std::string names_of(const std::vector<Named> &all) {
  std::string names;
  for (const Named &each : all) {
    names += (names.empty() ? "" : ", ") + each.name;
  }
  return names;
}

std::size_t place_of_matter(std::string_view name) {
  const auto &all = matters();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Matter &matter) { return matter.name == name; });
  if (found == all.end()) {
    throw UnknownChoice("'" + std::string(name) + "' is no matter that Adobe's pages differ in; those are " +
                        names_of(all));
  }
  return static_cast<std::size_t>(found - all.begin());
}

std::size_t place_of_choice(const Matter &matter, std::string_view name) {
  const auto found = std::find_if(matter.choices.begin(), matter.choices.end(),
                                  [&](const Choice &choice) { return choice.name == name; });
  if (found == matter.choices.end()) {
    throw UnknownChoice("'" + std::string(name) + "' is no choice in the matter " + matter.name +
                        "; those are " + names_of(matter.choices));
  }
  return static_cast<std::size_t>(found - matter.choices.begin());
}

/// None where the OpenAPI file does not speak of the matter.
std::optional<std::size_t> place_of_openapi(const Matter &matter) {
  const auto found = std::find_if(matter.choices.begin(), matter.choices.end(),
                                  [](const Choice &choice) { return choice.openapi; });
  return found == matter.choices.end()
             ? std::nullopt
             : std::optional(static_cast<std::size_t>(found - matter.choices.begin()));
}

} // namespace

const std::vector<Matter> &matters() {
  static const std::vector<Matter> all = read_matters();
  return all;
}

Reading::Reading() : chosen_(matters().size()) {}

Reading Reading::of(const std::vector<std::string> &choices) {
  Reading reading;
  for (const std::string &choice : choices) {
    reading.take(choice);
  }
  return reading;
}

void Reading::take(std::string_view choice) {
  const std::size_t equals = choice.find('=');
  if (equals != std::string_view::npos) {
    const std::size_t matter = place_of_matter(choice.substr(0, equals));
    chosen_[matter] =
        static_cast<std::uint8_t>(place_of_choice(matters()[matter], choice.substr(equals + 1)));
    return;
  }
  if (choice != "openapi" && choice != "tutorial") {
    throw UnknownChoice(
        "'" + std::string(choice) +
        "' is none of openapi, tutorial and MATTER=CHOICE, e.g. op=RE_TRIGGER; the matters are " +
        names_of(matters()));
  }
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    const auto place = choice == "openapi" ? place_of_openapi(matters()[i]) : std::size_t{0};
    chosen_[i] = place ? static_cast<std::uint8_t>(*place) : chosen_[i];
  }
}

std::string_view Reading::choice(std::string_view matter) const {
  const std::size_t place = place_of_matter(matter);
  return matters()[place].choices[chosen_[place]].name;
}

bool Reading::is(std::string_view matter, std::string_view choice) const {
  const std::size_t place = place_of_matter(matter);
  return place_of_choice(matters()[place], choice) == chosen_[place];
}

bool Reading::has_all(const ChoiceNames &choices) const {
  return std::all_of(choices.begin(), choices.end(),
                     [&](const auto &each) { return is(each.first, each.second); });
}

std::vector<std::string> Reading::differences() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    if (chosen_[i] != 0) {
      all.push_back(matters()[i].name + "=" + matters()[i].choices[chosen_[i]].name);
    }
  }
  return all;
}

} // namespace flow::contract
