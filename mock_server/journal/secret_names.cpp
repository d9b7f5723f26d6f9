#include "mock_server/journal/secret_names.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
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
/// A piece of each word, of four letters at least and without a separator in any spelling; but of "key",
/// "pwd", "pw" and "jwt", which are too short.
constexpr std::array<std::string_view, 12> kPieces = {"token",   "secret",    "pass",    "auth",
                                                      "cookie",  "assertion", "bearer",  "basic",
                                                      "credent", "signat",    "session", "string"};
struct UsualHeader {
  std::string_view name;
  bool is_secret;
};
constexpr std::array<UsualHeader, 22> kUsualHeaders = {{{"authorization", true},
                                                        {"x-api-key", true},
                                                        {"cookie", true},
                                                        {"host", false},
                                                        {"user-agent", false},
                                                        {"accept", false},
                                                        {"accept-encoding", false},
                                                        {"accept-language", false},
                                                        {"cache-control", false},
                                                        {"connection", false},
                                                        {"content-type", false},
                                                        {"content-length", false},
                                                        {"transfer-encoding", false},
                                                        {"date", false},
                                                        {"etag", false},
                                                        {"if-match", false},
                                                        {"retry-after", false},
                                                        {"server", false},
                                                        {"x-gw-ims-org-id", false},
                                                        {"x-sandbox-name", false},
                                                        {"x-sandbox-id", false},
                                                        {"x-request-id", false}}};
constexpr std::string_view kToken = "token";
constexpr std::string_view kHarmless = "continuation"; ///< before it
constexpr std::size_t kGram = 3;
constexpr std::size_t kStride = 2; ///< of four letters, one of the two grams is looked at

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-' || c == '.';
}

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

/// A number below 32768 of the first three of four bytes, the same in any case. Which byte of `bytes` is the
/// first does not matter, as long as it is always the same one.
constexpr std::uint32_t gram(std::uint32_t bytes) {
  constexpr std::uint32_t kLetters = 0x001f1f1f; // what is left of letters, in either case
  constexpr std::uint32_t kSpread = 2654435761U; // Knuth's, of multiplicative hashing
  return (bytes & kLetters) * kSpread >> 17U;
}

/// As memcpy gives them.
static_assert(std::endian::native == std::endian::little);
constexpr std::uint32_t three_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  return byte(0) | byte(1) << 8U | byte(2) << 16U;
}

/// Which grams are those of pieces, a bit for each.
class Grams {
public:
  constexpr Grams() {
    for (const std::string_view piece : kPieces) {
      for (std::size_t i = 0; i < kStride; ++i) {
        const std::uint32_t number = gram(three_bytes(piece.substr(i)));
        bits_.at(number / 64) |= std::uint64_t{1} << (number % 64);
      }
    }
  }
  constexpr bool has(std::uint32_t number) const { return (bits_[number / 64] >> (number % 64) & 1U) != 0; }

private:
  std::array<std::uint64_t, 512> bits_{};
};
constexpr Grams kGrams;

/// Whether that piece is at `at`, in any case; but not as the end of "continuationToken".
bool is_piece_at(std::string_view text, std::size_t at, std::string_view piece) {
  return begins_with(text.substr(at), piece) && !(piece == kToken && text.substr(0, at).ends_with(kHarmless));
}

/// Whether a piece begins at `at`, or up to kStride - 1 bytes before.
bool has_piece_at(std::string_view text, std::size_t at) {
  const char first = lower(text[at]);
  const char second = lower(text[at + 1]);
  return std::any_of(kPieces.begin(), kPieces.end(), [&](std::string_view piece) {
    return (piece[0] == first && piece[1] == second && is_piece_at(text, at, piece)) ||
           (at > 0 && piece[1] == first && piece[2] == second && is_piece_at(text, at - 1, piece));
  });
}

bool has_piece(std::string_view text) {
  std::size_t at = 0;
  // Four bytes, of which the gram takes three: three alone would be put together from two reads.
  for (std::uint32_t bytes = 0; at + sizeof(bytes) <= text.size(); at += kStride) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    if (kGrams.has(gram(bytes)) && has_piece_at(text, at)) {
      return true;
    }
  }
  return at + kGram <= text.size() && has_piece_at(text, at);
}

/// Whether one of the places of a rare letter is as `is` says.
template <typename Test> bool any_place_of(std::string_view text, char letter, Test is) {
  for (const char spelling : {letter, static_cast<char>(letter - 'a' + 'A')}) {
    for (std::size_t at = text.find(spelling); at != std::string_view::npos;
         at = text.find(spelling, at + 1)) {
      if (is(at)) {
        return true;
      }
    }
  }
  return false;
}

/// "key", "pwd", "jwt", or "pw" with no letter behind it. What is cut off may have gone on so.
bool has_short_word(std::string_view text) {
  return any_place_of(text, 'k', [&](std::size_t at) { return begins_with(text.substr(at), "key"); }) ||
         any_place_of(text, 'w', [&](std::size_t at) {
           const char before = at > 0 ? lower(text[at - 1]) : ' ';
           const char behind = at + 1 < text.size() ? lower(text[at + 1]) : '-';
           const bool is_end = !is_name_character(behind) || behind == '_' || behind == '-' || behind == '.';
           return (before == 'p' && (behind == 'd' || is_end)) ||
                  (before == 'j' && (behind == 't' || is_end));
         });
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
    if (is_name_character(c) && c != '_' && c != '-' && c != '.') {
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
  const auto usual = std::find_if(kUsualHeaders.begin(), kUsualHeaders.end(), [&](const UsualHeader &each) {
    return equal_ignoring_case(each.name, name);
  });
  return usual == kUsualHeaders.end() ? std::nullopt : std::optional(usual->is_secret);
}

bool is_secret_name(std::string_view name) {
  if (!may_name_secrets(name) && !has_escapes(name)) {
    return false;
  }
  std::string plain = plain_name(Unescaped(name).text());
  for (std::size_t at = plain.find(kHarmless); at != std::string::npos; at = plain.find(kHarmless, at + 1)) {
    if (plain.compare(at + kHarmless.size(), kToken.size(), kToken) == 0) {
      plain.erase(at, kHarmless.size() + kToken.size());
    }
  }
  return std::find(kWholeNames.begin(), kWholeNames.end(), plain) != kWholeNames.end() || has_word(plain);
}

bool may_name_secrets(std::string_view text) {
  return has_piece(text) || has_short_word(text);
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
