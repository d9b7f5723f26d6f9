#include "mock_server/seed/seed.hpp"

#include <algorithm>
#include <span>

#include "common/json_text.hpp"
#include "common/whole_file.hpp"
#include "contracts/model/contract.hpp"
#include "contracts/model/embedded_file.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/seed/seed_reader.hpp"

namespace flow::mock {

std::span<const contract::EmbeddedFile> embedded_files();

namespace {

using contract::Json;

std::string_view embedded_text(std::string_view name) {
  for (const contract::EmbeddedFile &file : embedded_files()) {
    if (file.name == name) {
      return file.text;
    }
  }
  throw std::out_of_range(std::string(name));
}

std::string read_text(const std::string &file) {
  try {
    return read_whole(file);
  } catch (const FileError &) { // also of a folder, and of a FIFO to which nobody writes
    throw SeedError(file, "", "cannot be read; check that the file exists and is readable");
  }
}

Json parse_json(std::string_view text, std::string_view file) {
  auto read = read_json(text);
  if (const JsonProblem *problem = std::get_if<JsonProblem>(&read)) {
    throw SeedError(file, "/", problem->what);
  }
  return std::get<Json>(std::move(read));
}

} // namespace

SeedError::SeedError(std::string_view file, std::string_view its_pointer, std::string_view its_reason)
    : std::runtime_error(std::string(file) + ": " + std::string(its_pointer) +
                         (its_pointer.empty() ? "" : ": ") + std::string(its_reason)),
      pointer(its_pointer), reason(its_reason) {}

Run made_at(const SeededRun &seeded, std::int64_t now_ms) {
  Run run = static_cast<const Run &>(seeded);
  if (seeded.times) {
    seeded.times->set(run, now_ms);
  }
  if (run.ending) {
    run.ending->at_ms += now_ms;
  }
  return run;
}

std::uint64_t Seed::run_count() const {
  std::uint64_t count = 0;
  for (const SeededRun &run : runs) {
    count += run.copies;
  }
  return count;
}

const contract::Json &seed_schema() {
  static const Json schema = [] {
    Json whole = Json::parse(embedded_text("seed.schema.json"));
    for (const contract::Resource &resource : contract::resources()) {
      Json &lists = whole.at("properties");
      if (!lists.contains(resource.name)) {
        lists[resource.name] = {{"$ref", "#/definitions/documents"}};
      }
    }
    return whole;
  }();
  return schema;
}

Seed parse_seed(std::string_view text, std::string_view name, std::uint64_t most_runs) {
  SeedReader reader(most_runs);
  reader.read(parse_json(text, name), name);
  return reader.take();
}

Seed read_seed_files(const std::vector<std::string> &files, std::uint64_t most_runs) {
  SeedReader reader(most_runs);
  for (const std::string &name : files) {
    reader.read(parse_json(read_text(name), name), name);
  }
  return reader.take();
}

std::string_view built_in_seed_text() {
  return embedded_text("built-in.json");
}

// Not checked against the schema: a test does that, and each start would take longer.
const Seed &built_in_seed() {
  static const Seed kSeed = [] {
    SeedReader reader(kMostRuns);
    reader.read_well_formed(Json::parse(built_in_seed_text()), "built-in seed");
    Seed seed = reader.take();
    seed.documents = documented_connections;
    return seed;
  }();
  return kSeed;
}

} // namespace flow::mock
