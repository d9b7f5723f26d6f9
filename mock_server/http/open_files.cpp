#include "mock_server/http/open_files.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace flow::mock {

namespace {

constexpr std::size_t kOtherFiles = 128; // clients that are being refused, webhooks, logs, seeds

} // namespace

std::size_t connections_within(std::size_t open_files, std::size_t wanted) {
  const std::size_t others = std::min(kOtherFiles, open_files / 2);
  return std::clamp<std::size_t>(open_files - others, 1, wanted);
}

std::size_t make_room_for_connections(std::size_t wanted) {
  rlimit open_files{};
  if (::getrlimit(RLIMIT_NOFILE, &open_files) != 0) {
    return wanted;
  }
  const rlim_t needed = wanted + kOtherFiles;
  if (open_files.rlim_cur < needed) {
    open_files.rlim_cur = std::min(needed, open_files.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &open_files);
    ::getrlimit(RLIMIT_NOFILE, &open_files);
  }
  return connections_within(static_cast<std::size_t>(std::min(open_files.rlim_cur, needed)), wanted);
}

} // namespace flow::mock
