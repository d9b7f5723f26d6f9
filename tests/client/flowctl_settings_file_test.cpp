#include <sys/stat.h>
#include <unistd.h>

#include "tests/client/flowctl_fixture.hpp"

/// What flowctl says of its settings file.
namespace flow::client {

namespace {

struct FlowctlSettingsFile : Flowctl {
  /// flowctl with a settings file of that text and those permissions.
  Ended with(const std::string &text, mode_t permissions) {
    const std::string file = write_file("settings.toml", text);
    ::chmod(file.c_str(), permissions);
    return run({"--config", file, "get", kFailed});
  }

  std::string complaint(const std::string &text) {
    const Ended ended = with(text, 0600);
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_EQ(requests, 0) << text;
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("s3cret"))) << text;
    return ended.err;
  }
};

TEST_F(FlowctlSettingsFile, IsWarnedOfWhereOthersCanUseIt) {
  const std::string token = "token = \"t\"\n";
  const std::string plain = "sandbox = \"prod\"\n";
  const std::vector<std::tuple<std::string, mode_t, std::string>> files{
      {token, 0600, ""},
      {token, 0400, ""},
      {token, 0640, "read the secret in"},
      {token, 0604, "read the secret in"},
      {token, 0620, "change"},
      {token, 0666, "read the secret in and change"},
      {"client_secret = \"t\"\ntoken = \"t\"\n", 0644, "read the secret in"},
      {"mock-admin-token = \"t\"\n", 0644, "read the secret in"},
      {"token = \"\"\n", 0644, ""},
      {plain, 0644, ""},
      {plain, 0664, "change"},
      {plain, 0602, "change"}};
  for (const auto &[text, permissions, danger] : files) {
    const Ended ended = with(text, permissions);
    EXPECT_EQ(ended.code, 0) << ended.err;
    const std::string file = folder + "/settings.toml";
    EXPECT_EQ(ended.err, danger.empty() ? ""
                                        : "flowctl: warning: other users of this machine can " + danger +
                                              " the settings file " + file + ": chmod 600 " + file + "\n")
        << text << std::oct << permissions;
  }
}

TEST_F(FlowctlSettingsFile, OfAnotherUserIsWarnedOf) {
  const std::string file = write_file("settings.toml", "sandbox = \"prod\"\n");
  if (::chown(file.c_str(), 65534, 65534) != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  const Ended ended = run({"--config", file, "get", kFailed});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("belongs to another user"));
}

TEST_F(FlowctlSettingsFile, MayBeAPipeAndIsThenNotWarnedOf) {
  const Ended ended =
      run_program({"/bin/sh", "-c", "printf 'token = \"t\"\\nsandbox = \"of-pipe\"\\n' | \"$@\"", "sh",
                   std::getenv("FLOWCTL"), "--base-url", base_url, "--config", "/dev/stdin", "get", kFailed},
                  environment, folder);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(sent("x-sandbox-name"), "of-pipe");
}

TEST_F(FlowctlSettingsFile, IsReadAsItIsDocumented) {
  const Ended ended = with("# mine\n\n; too\r\n  token = \"a#b\"  # of today\r\nsandbox = 'x-y'\norg = plain "
                           "# bare\napi-key = \"k\\\"\\\\\"\n",
                           0600);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(sent("Authorization"), "Bearer a#b");
  EXPECT_EQ(sent("x-sandbox-name"), "x-y");
  EXPECT_EQ(sent("x-gw-ims-org-id"), "plain");
  EXPECT_EQ(sent("x-api-key"), "k\"\\");
}

TEST_F(FlowctlSettingsFile, IsFaultyByLineAndKeyWithoutTheValue) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"\ntokn = \"s3cret\"\n", "line 2, has the unknown key \"tokn\"; known keys: base_url, token,"},
      {"[a s3cret]\n", "line 1, begins with [ but is not the name of a profile"},
      {"s3cret\n", "line 1, is not KEY = \"VALUE\""},
      {"s3cret-that-is-base64==\n", "line 1, has text that is not a key"},
      {"S3cret.s3cret.s3cret = x\n", "line 1, has text that is not a key"},
      {"a.token = \"s3cret\"\n", "line 1, has text that is not a key"},
      {"token = s3cret, s3cret\n", "line 1, gives token more than one value"},
      {"token = [\"s3cret\", \"s3cret\"]\n", "line 1, gives token more than one value"},
      {"org = \"o\"\ntoken = \"s3cret\n", "line 2, gives token a value whose quotation mark is not closed"},
      {"token = \"a\" s3cret\n", "line 1, has more text after the value of token"},
      {"token = \"s3cret\\n\"\n", "line 1, gives token a value with a backslash"},
      {"token = \"s3cret\\", "line 1, gives token a value whose quotation mark is not closed"},
      {"token = \"a\"\ntoken = \"s3cret\"\n", "line 2, gives token again"},
      {"\x1b]0;s3cret\x07 = x\n", "line 1, has text that is not a key"},
      {std::string(70000, '#'), "is larger than 64 KiB"},
      {"[" + std::string(30000, '.') + "]\n", "line 1, begins with ["},
      {"token = " + std::string(60000, '['), "line 1, gives token"}};
  for (const auto &[text, words] : files) {
    EXPECT_THAT(complaint(text), HasSubstr(words)) << text.substr(0, 80);
  }
}

TEST_F(FlowctlSettingsFile, WithoutAnEndIsRefused) {
  EXPECT_EQ(run({"--config", "/dev/zero", "get", kFailed}).code, 2);
}

} // namespace

} // namespace flow::client
