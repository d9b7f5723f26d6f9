#pragma once

#include <list>
#include <string>

#include "mock_server/journal/journal.hpp"

namespace flow::mock {

/// What a journal stores, whatever it tells.
struct StoredEntries {
  static const std::list<JournalEntry> &of(const Journal &journal) { return journal.entries_; }

  /// Every text of all of them.
  static std::string texts(const Journal &journal) {
    std::string texts;
    for (const JournalEntry &entry : of(journal)) {
      for (const std::string &text :
           {entry.method, entry.target, entry.headers, entry.body, entry.answer_headers, entry.answer,
            entry.run, entry.made_run, entry.faults, entry.request_id}) {
        texts += text + "\n";
      }
    }
    return texts;
  }
};

} // namespace flow::mock
