#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

/// Which run was retried from which, as the journal tells it.
class Lineage {
public:
  explicit Lineage(const Json &journal) {
    for (const Json &request : at(journal, "requests")) {
      const std::string from = text(at(request, "run"));
      const std::string made = text(at(request, "madeRun"));
      if (!from.empty() && !made.empty()) {
        from_[made] = from;
        made_[from].push_back({made, instant(at(request, "atMs"))});
      }
    }
  }

  /// Whether the journal has a retry of the run, or the one that made it.
  [[nodiscard]] bool knows(const std::string &run) const {
    return from_.contains(run) || made_.contains(run);
  }

  /// The run that is no retry of another, from which this one comes.
  [[nodiscard]] std::string first_of(std::string run) const {
    std::set<std::string> seen; // a server may tell of a circle
    for (auto from = from_.find(run); from != from_.end() && seen.insert(run).second;
         from = from_.find(run)) {
      run = from->second;
    }
    return run;
  }

  /// A line for the run and for each that comes from it, each further in than the one it was retried from.
  [[nodiscard]] std::string text_from(const std::string &first, const std::string &marked) const {
    struct Made {
      std::string run, at;
      std::size_t depth;
    };
    constexpr std::size_t kDeepest =
        20; // further in, lines are no clearer, and a long line of retries is huge
    std::string lines;
    std::set<std::string> seen;
    std::vector<Made> open{{first, "", 0}};
    while (!open.empty()) {
      const Made next = open.back();
      open.pop_back();
      lines += std::string(2 * std::min(next.depth, kDeepest), ' ') + printable(next.run) +
               (next.at.empty() ? "" : "  retried " + next.at + " UTC") + (next.run == marked ? "  *" : "") +
               "\n";
      const auto made = made_.find(next.run);
      if (made != made_.end() && seen.insert(next.run).second) {
        std::transform(made->second.rbegin(), made->second.rend(), std::back_inserter(open),
                       [&](const Retry &retry) {
                         return Made{retry.run, retry.at, next.depth + 1};
                       });
      }
    }
    return lines;
  }

private:
  struct Retry {
    std::string run, at;
  };
  std::map<std::string, std::string> from_;
  std::map<std::string, std::vector<Retry>> made_;
};

} // namespace

void add_mock_lineage(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(
      mock, "lineage", "Show which run was retried from which, as far as the journal goes back");
  const auto run = std::make_shared<std::string>();
  add_id(command, "RUN", "Any run of the line; it is marked with *", *run)->required();
  on_mock_call(command, session, [run](const MockSettings &mock) -> MockCall {
    return {{"GET", sandbox_path(mock, "/requests?operation=retry_run&limit=10000")},
            [run](const Json &journal) {
              const Lineage lineage(journal);
              if (!lineage.knows(*run)) {
                return printable("the journal has no retry of run " + *run + ", nor one that made it") +
                       "\n" + dropped(journal, "request");
              }
              return lineage.text_from(lineage.first_of(*run), *run) + dropped(journal, "request");
            }};
  });
}

} // namespace flow::client
