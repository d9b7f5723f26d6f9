#include "common/loaded_library.hpp"

#include <stdexcept>

#include <dlfcn.h>

namespace flow {

LoadedLibrary::LoadedLibrary(const char *file, const char *package)
    : what_(std::string(file) + " cannot be loaded (Debian: install " + package + "): "),
      library_(dlopen(file, RTLD_LAZY | RTLD_LOCAL)) {
  if (library_ == nullptr) {
    fail();
  }
}

void LoadedLibrary::fail() const {
  const char *why = dlerror(); // NOLINT(concurrency-mt-unsafe): of this thread
  throw std::runtime_error(what_ + (why == nullptr ? "for a reason that is not known" : why));
}

void *LoadedLibrary::address(const char *name) const {
  void *address = dlsym(library_, name);
  if (address == nullptr) {
    fail();
  }
  return address;
}

} // namespace flow
