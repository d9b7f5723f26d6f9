#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "contracts/model/reading.hpp"

namespace flow::contract {

/// --reading and --edition, as flow-mock and flow-contract take them. `reading` must outlive the parsing.
inline void add_reading_options(CLI::App &app, Reading &reading) {
  app.add_option_function<std::vector<std::string>>(
         "--reading",
         [&reading](const std::vector<std::string> &choices) {
           try {
             reading = Reading::of(choices);
           } catch (const UnknownChoice &error) {
             throw CLI::ValidationError("--reading", error.what());
           }
         },
         "What to follow where Adobe's pages contradict each other: openapi, for every matter in the OpenAPI "
         "file, or MATTER=CHOICE, for one matter; repeatable (flow-mock readings lists them)")
      ->expected(1)
      ->take_all()
      ->option_text("READING [tutorial]");
  // Declared behind --reading, and so carried out after it.
  app.add_option_function<std::string>(
         "--edition",
         [&app, &reading](const std::string &edition) {
           const std::string choice = edition == "2022" ? "zero-records=refused" : "zero-records=allowed";
           for (const std::string &given : app.get_option("--reading")->results()) {
             if (given.starts_with("zero-records=") && given != choice) {
               throw CLI::ValidationError("--edition " + edition + " is " + choice + ", but --reading says " +
                                          given + ": leave one of them out");
             }
           }
           reading.take(choice);
         },
         "Edition of the retry page: newest, or 2022, which refuses successes without ingested records")
      ->check(CLI::IsMember({"newest", "2022"}))
      ->option_text("EDITION [newest]");
}

} // namespace flow::contract
