#include "mock_server/pipeline/identify.hpp"

namespace flow::mock {

Asked identify(std::string_view method, const Target &target) {
  const contract::Identified identified = contract::identify(method, target.segments);
  const bool is_about_run = identified.operation != nullptr && identified.operation->id_is_of_run;
  return {.identified = identified, .run = is_about_run ? identified.id : std::string_view()};
}

} // namespace flow::mock
