#include <set>
#include <string>

#include <gtest/gtest.h>

#include "mock_server/query/token_seal.hpp"

namespace flow::mock {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

TEST(TokenSeal, GivesBackWhatWasSealed) {
  const TokenSeal seal("key");
  std::string text;
  for (int length = 0; length < 300; ++length) { // every length of padding, every byte
    EXPECT_EQ(seal.unseal(seal.seal(text)), text);
    text += static_cast<char>(length);
  }
}

TEST(TokenSeal, IsSafeInAUrlAndHoldsNoEqualsSign) {
  const TokenSeal seal("key");
  std::string text;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(seal.seal(text).find_first_not_of(kAlphabet), std::string::npos);
    text += static_cast<char>(255 - length);
  }
}

TEST(TokenSeal, NoCharacterMayBeAnother) {
  const TokenSeal seal("key");
  for (const std::string text : {"x", "xy", "xyz"}) { // each with its own spare bits at the end
    const std::string sealed = seal.seal(text);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      for (const char other : std::string(kAlphabet) + "=+/ %.\n\xff" + '\0') {
        std::string changed = sealed;
        changed[i] = other;
        if (changed != sealed) {
          EXPECT_EQ(seal.unseal(changed), std::nullopt) << i << " " << other;
        }
      }
    }
  }
}

TEST(TokenSeal, NoCharacterMayBeMissingOrAdded) {
  const TokenSeal seal("key");
  const std::string sealed = seal.seal("where the next page begins");
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_EQ(seal.unseal(sealed.substr(0, length)), std::nullopt) << length;
    EXPECT_EQ(seal.unseal(sealed.substr(sealed.size() - length)), std::nullopt) << length;
    std::string without = sealed;
    without.erase(length, 1);
    if (without != sealed) {
      EXPECT_EQ(seal.unseal(without), std::nullopt) << length;
    }
    for (const char added : std::string("Aa=_ \n")) {
      std::string with = sealed;
      with.insert(length, 1, added);
      EXPECT_EQ(seal.unseal(with), std::nullopt) << length;
    }
  }
  for (const char *tail : {"=", "==", "A", "AAAA", " ", "\n"}) {
    EXPECT_EQ(seal.unseal(sealed + tail), std::nullopt);
  }
}

TEST(TokenSeal, OfAnotherKeyIsNone) {
  EXPECT_EQ(TokenSeal("one").unseal(TokenSeal("two").seal("text")), std::nullopt);
}

TEST(TokenSeal, IsNotWhatIsNoSealAtAll) {
  const TokenSeal seal("key");
  for (const std::string &text :
       {std::string(), std::string("x"), std::string("2"), std::string("===="), std::string(10000, 'A'),
        std::string(9999, '_'), std::string(10001, '\xff')}) {
    EXPECT_EQ(seal.unseal(text), std::nullopt) << text.size();
  }
}

TEST(TokenSeal, TwoTextsHaveTwoSeals) {
  const TokenSeal seal("key");
  std::set<std::string> seals;
  for (int i = 0; i < 100; ++i) {
    seals.insert(seal.seal(std::to_string(i)));
  }
  EXPECT_EQ(seals.size(), 100);
}

} // namespace
} // namespace flow::mock
