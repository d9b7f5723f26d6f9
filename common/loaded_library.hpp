#pragma once

#include <string>

namespace flow {

/// A library that is loaded when it is first needed, and never closed: one that brings in many others costs
/// every start of a program more than all else it does, and most never need it.
class LoadedLibrary {
public:
  /// Loads `file`, such as "libcurl.so.4"; `package` is Debian's name of what has it. Throws
  /// std::runtime_error, which says why, where it cannot be loaded.
  LoadedLibrary(const char *file, const char *package);

  /// Sets `function` to the one of that name. Throws std::runtime_error where there is none.
  template <typename Function> void find(const char *name, Function *&function) const {
    function = reinterpret_cast<Function *>(address(name));
  }

private:
  [[noreturn]] void fail() const;
  [[nodiscard]] void *address(const char *name) const;

  std::string what_;
  void *library_;
};

} // namespace flow
