#include "mock_server/journal/secret_names.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/text.hpp"
#include "mock_server/journal/unescaped.hpp"

namespace flow::mock {

namespace {

/// What names of secrets contain, without separators.
constexpr std::array<std::string_view, 26> kWords = {
    "token",         "secret",    "password",   "passwd",    "passphrase",       "passcode",  "pwd",
    "authorization", "cookie",    "assertion",  "apikey",    "authorisation",    "jwt",       "privatekey",
    "credential",    "bearer",    "signature",  "sessionid", "connectionstring", "accesskey", "sharedkey",
    "accountkey",    "clientkey", "signingkey", "saskey",    "authkey"};
/// And what they are as a whole.
constexpr std::array<std::string_view, 5> kWholeNames = {"pass", "auth", "pw", "userpass", "session"};
/// What texts are searched for in one pass: a piece of each word, without a separator in any spelling. Of
/// "pwd" and "jwt" the last letter may be cut off.
constexpr std::array<std::string_view, 15> kPieces = {"token",     "secret", "pass",  "auth",    "cookie",
                                                      "assertion", "bearer", "basic", "credent", "signat",
                                                      "session",   "string", "key",   "pw",      "jw"};
struct UsualHeader {
  std::string_view name;
  bool is_secret;
};
/// By length.
constexpr std::array<UsualHeader, 22> kUsualHeaders = {{{"date", false},
                                                        {"etag", false},
                                                        {"host", false},
                                                        {"accept", false},
                                                        {"cookie", true},
                                                        {"server", false},
                                                        {"if-match", false},
                                                        {"x-api-key", true},
                                                        {"connection", false},
                                                        {"user-agent", false},
                                                        {"retry-after", false},
                                                        {"content-type", false},
                                                        {"x-request-id", false},
                                                        {"x-sandbox-id", false},
                                                        {"authorization", true},
                                                        {"cache-control", false},
                                                        {"content-length", false},
                                                        {"x-sandbox-name", false},
                                                        {"accept-encoding", false},
                                                        {"accept-language", false},
                                                        {"x-gw-ims-org-id", false},
                                                        {"transfer-encoding", false}}};
constexpr std::size_t kLongestUsual = kUsualHeaders.back().name.size();

/// Where in kUsualHeaders those begin that are so long, for each length; and one more, the end.
constexpr auto kUsualOfLength = [] {
  std::array<std::size_t, kLongestUsual + 2> begins{};
  for (const UsualHeader &header : kUsualHeaders) {
    for (std::size_t longer = header.name.size() + 1; longer < begins.size(); ++longer) {
      ++begins.at(longer);
    }
  }
  return begins;
}();
static_assert(std::is_sorted(kUsualHeaders.begin(), kUsualHeaders.end(),
                             [](const UsualHeader &a, const UsualHeader &b) {
                               return a.name.size() < b.name.size();
                             }));

constexpr std::string_view kTokenWord = "token";
constexpr std::string_view kHarmless = "continuation"; ///< before it

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-' || c == '.';
}

constexpr bool is_letter_or_digit(char c) {
  return is_name_character(c) && c != '_' && c != '-' && c != '.';
}

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

constexpr int kGramLetters = 3;

/// A text is looked at in grams of three bytes, one behind the other. This is one that shows a piece.
struct Gram {
  std::string_view piece;
  int begin; ///< the letter of the piece that the gram begins with; below 0: so many bytes before the piece
};

/// One for each of the three places in a gram where a piece may begin. Where its first letters are in one
/// gram and the next ones in another, that with more of them counts, as it is the rarer one in texts without
/// the piece: "sec", "cre", "ecr"; "pas", "ss?", "ass"; "key", "?ke", "ey?".
constexpr auto kGrams = [] {
  std::array<Gram, kPieces.size() * kGramLetters> grams{};
  std::size_t count = 0;
  for (const std::string_view piece : kPieces) {
    for (int first = 0; first < kGramLetters; ++first) { // letters before the next gram begins
      const int rest = static_cast<int>(piece.size()) - first;
      grams.at(count++) = {.piece = piece, .begin = rest >= first ? first : first - kGramLetters};
    }
  }
  return grams;
}();

/// A bit for each of kGrams.
using GramSet = std::uint64_t;
static_assert(kGrams.size() <= 64);

/// For each byte in each place of a gram, which grams may have it there.
class GramTable {
public:
  constexpr GramTable() {
    for (std::size_t number = 0; number < kGrams.size(); ++number) {
      const auto &[piece, begin] = kGrams.at(number);
      for (int place = 0; place < kGramLetters; ++place) {
        const auto letter =
            static_cast<std::size_t>(begin) + static_cast<std::size_t>(place); // huge before the piece
        for (std::size_t byte = 0; byte < 256; ++byte) {
          if (letter >= piece.size() || piece[letter] == lower(static_cast<char>(byte))) {
            sets_.at(static_cast<std::size_t>(place)).at(byte) |= GramSet{1} << number;
          }
        }
      }
    }
  }
  /// Which the three bytes there may be.
  [[nodiscard]] GramSet at(const char *bytes) const {
    return set(0, bytes[0]) & set(1, bytes[1]) & set(2, bytes[2]);
  }

private:
  [[nodiscard]] GramSet set(std::size_t place, char byte) const {
    return sets_[place][static_cast<unsigned char>(byte)];
  }

  std::array<std::array<GramSet, 256>, kGramLetters> sets_{};
};
constexpr GramTable kGramTable;

/// Whether that piece begins at `at`, in any case; but not as the end of "continuationToken", and not "pw" or
/// "jw" with a letter behind it that does not make it "pwd" or "jwt".
bool has_piece_at(std::string_view text, std::size_t at, std::string_view piece) {
  if (!begins_with(text.substr(at), piece)) {
    return false;
  }
  if (piece == kTokenWord) {
    return !text.substr(0, at).ends_with(kHarmless);
  }
  if (piece == "pw" || piece == "jw") {
    const std::size_t behind = at + piece.size();
    return behind == text.size() || !is_letter_or_digit(text[behind]) ||
           lower(text[behind]) == (piece == "pw" ? 'd' : 't');
  }
  return true;
}

/// Whether one of those grams, which are at `at`, is that of a piece there.
bool has_piece_of(GramSet grams, std::string_view text, std::size_t at) {
  for (; grams != 0; grams &= grams - 1) {
    const Gram &gram = kGrams[static_cast<std::size_t>(std::countr_zero(grams))];
    const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(at) - gram.begin;
    if (begin >= 0 && has_piece_at(text, static_cast<std::size_t>(begin), gram.piece)) {
      return true;
    }
  }
  return false;
}

/// Whether one of the words is in a plain name.
bool has_word(std::string_view plain) {
  for (; !plain.empty(); plain.remove_prefix(1)) {
    if (std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
          return word.front() == plain.front() && plain.starts_with(word);
        })) {
      return true;
    }
  }
  return false;
}

/// Letters and digits alone, in lower case.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (is_letter_or_digit(c)) {
      plain += lower(c);
    }
  }
  return plain;
}

std::size_t plainly_assigned_secret(std::string_view text) {
  constexpr std::string_view kSigns = ":=>";
  constexpr std::string_view kClosing = " \t\r\n\"'\\]"; // between a name and the sign
  for (std::size_t sign = text.find_first_of(kSigns); sign != std::string_view::npos;
       sign = text.find_first_of(kSigns, sign + 1)) {
    std::size_t end = sign;
    while (end > 0 && sign - end < 8 && kClosing.find(text[end - 1]) != std::string_view::npos) {
      --end;
    }
    constexpr std::size_t kLongestName = 128;
    std::size_t begin = end;
    while (begin > 0 && end - begin < kLongestName && is_name_character(text[begin - 1])) {
      --begin;
    }
    if (begin < end && is_secret_name(text.substr(begin, end - begin))) {
      return sign + 1;
    }
  }
  return std::string_view::npos;
}

} // namespace

std::optional<bool> usual_header_is_secret(std::string_view name) {
  if (name.size() > kLongestUsual) {
    return std::nullopt;
  }
  for (std::size_t i = kUsualOfLength[name.size()]; i < kUsualOfLength[name.size() + 1]; ++i) {
    if (equal_ignoring_case(kUsualHeaders[i].name, name)) {
      return kUsualHeaders[i].is_secret;
    }
  }
  return std::nullopt;
}

bool is_secret_name(std::string_view name) {
  if (!may_name_secrets(name) && !has_escapes(name)) {
    return false;
  }
  std::string plain = plain_name(Unescaped(name).text());
  for (std::size_t at = plain.find(kHarmless); at != std::string::npos; at = plain.find(kHarmless, at + 1)) {
    if (plain.compare(at + kHarmless.size(), kTokenWord.size(), kTokenWord) == 0) {
      plain.erase(at, kHarmless.size() + kTokenWord.size());
    }
  }
  return std::find(kWholeNames.begin(), kWholeNames.end(), plain) != kWholeNames.end() || has_word(plain);
}

bool may_name_secrets(std::string_view text) {
  std::size_t at = 0;
  for (; at + kGramLetters <= text.size(); at += kGramLetters) {
    const GramSet grams = kGramTable.at(text.data() + at);
    if (grams != 0 && has_piece_of(grams, text, at)) {
      return true;
    }
  }
  std::array<char, kGramLetters> last{}; // what the text has no byte for is no letter
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), last.begin());
  return has_piece_of(kGramTable.at(last.data()), text, at);
}

std::size_t assigned_secret(std::string_view text) {
  if (!may_name_secrets(text) && !has_escapes(text)) {
    return std::string_view::npos;
  }
  if (const std::size_t at = plainly_assigned_secret(text); at != std::string_view::npos) {
    return at;
  }
  const Unescaped unescaped(text);
  for (std::size_t level = 0; level < unescaped.levels(); ++level) {
    const std::size_t at = plainly_assigned_secret(unescaped.text(level));
    if (at != std::string_view::npos) {
      return unescaped.origin(level, at);
    }
  }
  return std::string_view::npos;
}

} // namespace flow::mock
