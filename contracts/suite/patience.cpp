#include "contracts/suite/patience.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "common/text.hpp"

namespace flow::contract {

namespace {

using std::chrono::milliseconds;

/// None where the server is not to be asked again.
std::optional<milliseconds> wait_before_next(const HttpResponse &answer, int attempt,
                                             const Patience &patience) {
  if ((answer.status != 429 && answer.status != 503) || attempt >= patience.attempts) {
    return std::nullopt;
  }
  const milliseconds usual = std::min(patience.longest, patience.first * (1 << (attempt - 1)));
  const auto seconds = integer_in(answer.header("Retry-After").value_or(""));
  if (!seconds || *seconds < 0) {
    return usual;
  }
  const std::int64_t longest = std::chrono::duration_cast<std::chrono::seconds>(patience.longest).count();
  return *seconds > longest ? std::nullopt : std::optional(milliseconds(*seconds * 1000));
}

} // namespace

Ask patiently(Ask ask, Sleep sleep, Patience patience) {
  return [ask = std::move(ask), sleep = std::move(sleep), patience,
          waited = std::make_shared<milliseconds>(0)](const HttpRequest &request) {
    for (int attempt = 1;; ++attempt) {
      HttpResponse answer = ask(request);
      const auto wait = wait_before_next(answer, attempt, patience);
      if (!wait || *waited + *wait > patience.altogether) {
        return answer;
      }
      *waited += *wait;
      sleep(*wait);
    }
  };
}

Ask spaced(Ask ask, Sleep sleep) {
  return [ask = std::move(ask), sleep = std::move(sleep)](const HttpRequest &request) {
    constexpr milliseconds kMoment{2};
    HttpResponse answer = ask(request);
    if (request.method == "POST" && answer.status < 300) {
      sleep(kMoment);
    }
    return answer;
  };
}

} // namespace flow::contract
