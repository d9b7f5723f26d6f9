#include "client/flowctl/command_words.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "common/printable.hpp"

namespace flow::client {

namespace {

/// How many letters are to be changed, added or left out to make one of the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (const char letter : a) {
    std::size_t diagonal = row.front()++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (letter == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

constexpr const char *kNextWords = "__complete"; ///< a command that people do not see

/// Those below the command; of groups of options, which CLI11 has as commands without a name, or not of them.
std::vector<const CLI::App *> below(const CLI::App &app, bool groups) {
  return app.get_subcommands([&](const CLI::App *each) {
    return each->get_name().empty() == groups && each->get_name() != kNextWords;
  });
}

std::vector<std::string> commands_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::App *command : below(app, false)) {
    names.push_back(command->get_name());
  }
  return names;
}

void add_flags(const CLI::App &app, std::vector<std::string> &names) {
  for (const CLI::Option *option : app.get_options()) {
    for (const std::string &name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  for (const CLI::App *group : below(app, true)) {
    add_flags(*group, names);
  }
}

/// Those of the command, and those of the commands above it.
std::vector<std::string> flags_of(const CLI::App *app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    add_flags(*app, names);
  }
  return names;
}

/// " Did you mean list?", or nothing where all known ones are far from it.
std::string suggestion(const std::string &word, const std::vector<std::string> &known) {
  constexpr std::size_t kLongest = 64; // of a word that is one by mistake
  if (known.empty() || word.size() > kLongest) {
    return "";
  }
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto &a, const auto &b) {
    return distance(word, a) < distance(word, b);
  });
  const bool is_near = distance(word, *nearest) <= std::max<std::size_t>(2, nearest->size() / 3);
  return is_near ? " Did you mean " + *nearest + "?" : "";
}

/// The command that the command line names.
const CLI::App &named_command(const CLI::App &app) {
  const auto named = app.get_subcommands();
  const auto command = std::find_if(named.begin(), named.end(),
                                    [](const CLI::App *each) { return !each->get_name().empty(); });
  return command == named.end() ? app : named_command(**command);
}

std::string full_name(const CLI::App &app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

/// The command of those names below `app`. Throws CLI::ValidationError.
const CLI::App &command_of(const CLI::App &app, const std::vector<std::string> &names) {
  const CLI::App *command = &app;
  for (const std::string &name : names) {
    const auto found =
        command->get_subcommands([&](const CLI::App *each) { return each->get_name() == name; });
    if (found.empty()) {
      throw CLI::ValidationError("help", "there is no command \"" + printable(name) + "\"." +
                                             suggestion(name, commands_of(*command)));
    }
    command = found.front();
  }
  return *command;
}

/// Whether it is an option of the command, or of one above it, whose value is the next word.
bool takes_next_word(const CLI::App *app, const std::string &word) {
  for (; app != nullptr && word.starts_with('-'); app = app->get_parent()) {
    if (const CLI::Option *option = app->get_option_no_throw(word)) {
      return option->get_items_expected_max() > 0;
    }
  }
  return false;
}

/// The command that words of a command line lead to; options among them are read over, with their values.
const CLI::App &command_at(const CLI::App &app, const std::vector<std::string> &words) {
  const CLI::App *command = &app;
  bool is_value = false;
  for (const std::string &word : words) {
    if (!is_value) {
      for (const CLI::App *each : below(*command, false)) {
        command = each->get_name() == word ? each : command;
      }
    }
    is_value = !is_value && takes_next_word(command, word);
  }
  return *command;
}

struct Shell {
  std::string_view name;
  std::string_view script;
};

constexpr std::array kShells{Shell{"bash", R"sh(# eval "$(flowctl completion bash)"
_flowctl() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "$(flowctl __complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" \
    -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _flowctl flowctl
)sh"},
                             Shell{"zsh", R"sh(#compdef flowctl
# eval "$(flowctl completion zsh)", or as a file _flowctl in $fpath
_flowctl() {
  compadd -- ${(f)"$(flowctl __complete -- "${(@)words[2,CURRENT-1]}" 2>/dev/null)"}
}
if [ "$funcstack[1]" = _flowctl ]; then _flowctl; else compdef _flowctl flowctl; fi
)sh"},
                             Shell{"fish", R"sh(# flowctl completion fish | source
complete -c flowctl -a '(flowctl __complete -- (commandline -opc)[2..-1] 2>/dev/null)'
)sh"}};

} // namespace

std::string unknown_word_in(const CLI::App &app) {
  std::vector<std::string> words = app.remaining(true);
  std::erase(words, "--");
  if (words.empty()) {
    return "";
  }
  const CLI::App &command = named_command(app);
  const std::string word = words.front().substr(0, words.front().find('='));
  const bool is_flag = word.starts_with('-');
  const std::string where = full_name(command) + " --help";
  if (is_flag) {
    return "there is no option " + printable(word) + "." + suggestion(word, flags_of(&command)) + " See " +
           where;
  }
  const auto commands = commands_of(command);
  return (commands.empty()
              ? "\"" + printable(word) + "\" is more than " + full_name(command) + " takes."
              : "there is no command \"" + printable(word) + "\"." + suggestion(word, commands)) +
         " See " + where;
}

void add_help(CLI::App &app) {
  CLI::App *help = app.add_subcommand("help", "Show the help of a command");
  const auto names = std::make_shared<std::vector<std::string>>();
  help->add_option("COMMAND", *names, "Its name, such as retry, or mock fault add")->type_name("...");
  help->callback([&app, names] {
    const CLI::App &command = command_of(app, *names); // whose help() would be that of this command
    std::cout << app.get_formatter()->make_help(&command, full_name(command), CLI::AppFormatMode::Normal);
  });
}

void add_completion(CLI::App &app) {
  CLI::App *completion = app.add_subcommand("completion", "Print what lets a shell complete flowctl's words");
  completion->require_subcommand(1);
  for (const Shell &shell : kShells) {
    CLI::App *command = completion->add_subcommand(std::string(shell.name), "For " + std::string(shell.name));
    command->callback([&shell] { std::cout << shell.script; });
  }
  CLI::App *next = app.add_subcommand(kNextWords, "")->group("");
  const auto words = std::make_shared<std::vector<std::string>>();
  next->add_option("WORD", *words);
  next->callback([&app, words] {
    const CLI::App &command = command_at(app, *words);
    for (const std::string &name : commands_of(command)) {
      std::cout << name << "\n";
    }
    for (const std::string &flag : flags_of(&command)) {
      std::cout << flag << "\n";
    }
  });
}

} // namespace flow::client
