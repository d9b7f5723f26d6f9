#include "client/query_text.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

/// Parameters of a query, joined as they come.
class Parameters {
public:
  Parameters &add(const std::string &name, const std::string &value) {
    if (!value.empty()) {
      text_ += (text_.empty() ? "" : "&") + name + "=" + percent_encoded(value);
    }
    return *this;
  }

  /// `path OP value`, where there is a value.
  Parameters &filter(const std::string &path_and_operator, const std::string &value) {
    if (value.find(',') != std::string::npos) {
      throw std::invalid_argument("\"" + value + "\" has a comma, which would make it several values");
    }
    return value.empty() ? *this : add("property", path_and_operator + value);
  }

  Parameters &filter(const std::string &path_and_operator, const std::optional<Time> &time) {
    return time ? filter(path_and_operator, std::to_string(time->time_since_epoch().count())) : *this;
  }

  /// id==a,b,c
  Parameters &any_of(const std::vector<std::string> &ids) {
    std::string joined;
    for (const std::string &id : ids) {
      if (id.empty() || id.find(',') != std::string::npos) {
        throw std::invalid_argument("\"" + id + "\" is not an id");
      }
      joined += (joined.empty() ? "id==" : ",") + id;
    }
    return add("property", joined);
  }

  Parameters &properties(const std::vector<std::string> &given) {
    for (const std::string &property : given) {
      add("property", property);
    }
    return *this;
  }

  const std::string &text() const { return text_; }

private:
  std::string text_;
};

template <typename Query> std::string with_order_and_limit(const Query &query) {
  Parameters parameters;
  parameters.add("orderby", query.orderby);
  if (query.page_size) {
    parameters.add("limit", std::to_string(*query.page_size));
  }
  const std::string filters = filters_of(query);
  const bool both = !filters.empty() && !parameters.text().empty();
  return filters + (both ? "&" : "") + parameters.text();
}

} // namespace

std::string filters_of(const RunQuery &query) {
  return Parameters()
      .any_of(query.ids)
      .filter("flowId==", query.flow_id)
      .filter("metrics.statusSummary.status==", query.status)
      .filter("metrics.durationSummary.startedAtUTC>", query.started_after)
      .filter("metrics.durationSummary.startedAtUTC<", query.started_before)
      .properties(query.properties)
      .text();
}

std::string filters_of(const FlowQuery &query) {
  return Parameters().any_of(query.ids).filter("state==", query.state).properties(query.properties).text();
}

std::string filters_of(const DocumentQuery &query) {
  return Parameters().properties(query.properties).text();
}

std::string text_of(const RunQuery &query) {
  return with_order_and_limit(query);
}

std::string text_of(const FlowQuery &query) {
  return with_order_and_limit(query);
}

std::string text_of(const DocumentQuery &query) {
  return with_order_and_limit(query);
}

std::string query_text(const std::vector<std::pair<std::string, std::string>> &parameters) {
  Parameters joined;
  for (const auto &[name, value] : parameters) {
    joined.add(name, value);
  }
  return joined.text();
}

} // namespace flow::client
