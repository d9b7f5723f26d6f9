#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace flow::contract {

/// Headers or query parameters wherever they are kept: a view of a vector of pairs of texts, or of structs
/// of two. The vector must outlive it.
class Fields {
public:
  Fields() = default;
  template <typename Field>
  // NOLINTNEXTLINE(google-explicit-constructor): a view, as std::span is
  Fields(const std::vector<Field> &fields)
      : first_(fields.data()), size_(fields.size()), at_([](const void *first, std::size_t index) {
          const auto &[name, value] = static_cast<const Field *>(first)[index];
          return std::pair<std::string_view, std::string_view>(name, value);
        }) {}

  std::size_t size() const { return size_; }
  /// Name and value.
  std::pair<std::string_view, std::string_view> operator[](std::size_t index) const {
    return at_(first_, index);
  }

private:
  const void *first_ = nullptr;
  std::size_t size_ = 0;
  std::pair<std::string_view, std::string_view> (*at_)(const void *, std::size_t) = nullptr;
};

/// One request and what was answered, as any server shows it. All are views.
struct Exchange {
  std::string_view
      operation{}; ///< "retry_run" (identify() in operations.hpp); empty: the request asks for none
  std::string_view method{};
  std::string_view path{}; ///< as it was sent, below the service's path
  Fields headers{};        ///< of the request, in any case; with Content-Length where it came
  Fields query{};          ///< decoded; with the fields of a form
  std::string_view body{};
  int status = 0;
  Fields answer_headers{};   ///< in any case
  std::string_view answer{}; ///< body of the answer
};

} // namespace flow::contract
