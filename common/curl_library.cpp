#include "common/curl_library.hpp"

#include <stdexcept>
#include <string>

#include <dlfcn.h>

namespace flow {

namespace {

#ifdef __APPLE__
constexpr const char *kFile = "libcurl.4.dylib";
#else
constexpr const char *kFile = "libcurl.so.4";
#endif

std::runtime_error problem() {
  const char *why = dlerror(); // NOLINT(concurrency-mt-unsafe): of this thread
  return std::runtime_error(std::string("libcurl cannot be loaded (Debian: install libcurl4): ") +
                            (why == nullptr ? "for a reason that is not known" : why));
}

/// The functions of a loaded library.
class Functions {
public:
  explicit Functions(void *library) : library_(library) {}

  template <typename Function> void find(const char *name, Function *&function) const {
    function = reinterpret_cast<Function *>(dlsym(library_, name));
    if (function == nullptr) {
      throw problem();
    }
  }

private:
  void *library_;
};

CurlLibrary loaded() {
  void *library = dlopen(kFile, RTLD_LAZY | RTLD_LOCAL); // never closed
  if (library == nullptr) {
    throw problem();
  }
  const Functions functions(library);
  CurlLibrary curl{};
  functions.find("curl_global_init", curl.global_init);
  functions.find("curl_free", curl.free);
  functions.find("curl_easy_init", curl.easy_init);
  functions.find("curl_easy_cleanup", curl.easy_cleanup);
  functions.find("curl_easy_reset", curl.easy_reset);
  functions.find("curl_easy_setopt", curl.easy_setopt);
  functions.find("curl_easy_getinfo", curl.easy_getinfo);
  functions.find("curl_multi_init", curl.multi_init);
  functions.find("curl_multi_cleanup", curl.multi_cleanup);
  functions.find("curl_multi_add_handle", curl.multi_add_handle);
  functions.find("curl_multi_remove_handle", curl.multi_remove_handle);
  functions.find("curl_multi_wakeup", curl.multi_wakeup);
  functions.find("curl_multi_perform", curl.multi_perform);
  functions.find("curl_multi_info_read", curl.multi_info_read);
  functions.find("curl_multi_poll", curl.multi_poll);
  functions.find("curl_slist_append", curl.slist_append);
  functions.find("curl_slist_free_all", curl.slist_free_all);
  functions.find("curl_url", curl.url);
  functions.find("curl_url_cleanup", curl.url_cleanup);
  functions.find("curl_url_get", curl.url_get);
  functions.find("curl_url_set", curl.url_set);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw std::runtime_error("libcurl cannot be used");
  }
  return curl;
}

} // namespace

const CurlLibrary &curl_library() {
  static const CurlLibrary kCurl = loaded();
  return kCurl;
}

} // namespace flow
