#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace flow::mock {

/// The id of one of the copies of a seed's run, `copy` from 1 on; the first has the entry's own. Of a UUID in
/// lower case the last twelve digits count up, "…-0d8a2f6e1b34", "…-0d8a2f6e1b35"; other ids take a number:
/// "r", "r-2", "r-3". For copies that can_have_copies() allows.
std::string copy_id(const std::string &id, std::uint64_t copy);

/// Whether so many copies of the id all get ids of their own that are still ids: at most 128 characters, and
/// of a UUID no more than its last twelve digits can count.
bool can_have_copies(std::string_view id, std::uint64_t copies);

/// Ids given so far, those of copies among them. Holds one text for all copies of an id.
class TakenIds {
public:
  /// Takes the ids of so many copies; false, and nothing done, where one of them was taken before.
  bool take(const std::string &id, std::uint64_t copies);

private:
  using Copies = std::map<std::string, std::uint64_t, std::less<>>;

  bool take_uuid(const std::string &id, std::uint64_t copies);
  bool take_other(const std::string &id, std::uint64_t copies);

  Copies uuids_;  ///< by the first's id: each reaches to its last copy's, and none overlap
  Copies others_; ///< by the first's id
};

} // namespace flow::mock
