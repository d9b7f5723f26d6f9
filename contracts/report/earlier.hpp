#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/whole_file.hpp"
#include "contracts/model/contract.hpp"

/// Reads the data of a report that was written before, to compare a new one with it. Such a file comes from
/// outside: it may be anything.
namespace flow::report {

/// A file is no report to compare with, and why: "is not …", to stand behind its name.
struct NoReport : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kLargestReport = std::size_t{64} << 20U; ///< bytes

/// The data in a page that `program` has written. Throws NoReport.
contract::Json data_of(std::string_view page, std::string_view program);

/// What `read` makes of the page in a file, of kLargestReport or less. Throws NoReport, with the name of the
/// file, and FileError where it cannot be read.
template <typename Read> auto earlier_in(const std::string &file, Read read) {
  const std::string page = read_whole(file, kLargestReport);
  try {
    return read(std::string_view(page));
  } catch (const NoReport &error) {
    throw NoReport("the file " + file + " " + error.what());
  }
}

/// Members of the data; throw NoReport where there is none of that name and kind.
const contract::Json &object_in(const contract::Json &object, const char *name);
const contract::Json &list_in(const contract::Json &object, const char *name);
std::string text_in(const contract::Json &object, const char *name);
std::uint64_t count_in(const contract::Json &object, const char *name);

} // namespace flow::report
