#include "mock_server/admin/routes.hpp"

namespace flow::mock::admin {

namespace {

FaultSet &set_of(const Call &call) {
  return call.sandbox == nullptr ? call.state.faults : call.sandbox->faults;
}

} // namespace

Response list_faults(const Call &call) {
  check_parameters(call, {});
  return json_response({{"faults", set_of(call).list()}});
}

Response add_fault(const Call &call) {
  const Json entry = body_of(call);
  try {
    const Json added = set_of(call).add(entry);
    call.state.has_faults = true;
    return json_response(added, 201);
  } catch (const FaultError &error) {
    throw Refusal{400, "Bad fault", error.pointer, error.what()};
  } catch (const FaultIdTaken &error) {
    throw Refusal{409, "The id is taken", "/id", error.what()};
  } catch (const TooManyFaults &error) {
    throw Refusal{409, "Too many faults", "", error.what()};
  }
}

Response clear_faults(const Call &call) {
  set_of(call).clear();
  return json_response(Json::object());
}

Response get_fault(const Call &call) {
  const auto fault = set_of(call).find(call.ids.front());
  if (!fault) {
    throw not_found("fault", call.ids.front());
  }
  return json_response(*fault);
}

Response delete_fault(const Call &call) {
  if (!set_of(call).remove(call.ids.front())) {
    throw not_found("fault", call.ids.front());
  }
  return json_response(Json::object());
}

} // namespace flow::mock::admin
