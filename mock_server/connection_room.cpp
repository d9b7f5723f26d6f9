#include "mock_server/connection_room.hpp"

#include <algorithm>

#include <pthread.h>
#include <sys/resource.h>

namespace flow::mock {

namespace {

constexpr std::size_t kOtherFiles = 128; // clients that are being refused, webhooks, logs, seeds
constexpr std::size_t kStackBytes = 1024UL * 1024;

/// A kernel that gives stacks huge pages would else take 2 MiB for each idle client: these are too small.
void bound_stacks() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

} // namespace

std::size_t connections_within(std::size_t open_files, std::size_t wanted) {
  const std::size_t others = std::min(kOtherFiles, open_files / 2);
  return std::clamp<std::size_t>(open_files - others, 1, wanted);
}

std::size_t make_room_for_connections(std::size_t wanted) {
  bound_stacks();
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
