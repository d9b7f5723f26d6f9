#include "common/curl_library.hpp"

#include <stdexcept>

#include "common/loaded_library.hpp"

namespace flow {

namespace {

#ifdef __APPLE__
constexpr const char *kFile = "libcurl.4.dylib";
#else
constexpr const char *kFile = "libcurl.so.4";
#endif

CurlLibrary loaded() {
  const LoadedLibrary library(kFile, "libcurl4");
  CurlLibrary curl{};
  library.find("curl_global_init", curl.global_init);
  library.find("curl_free", curl.free);
  library.find("curl_easy_init", curl.easy_init);
  library.find("curl_easy_cleanup", curl.easy_cleanup);
  library.find("curl_easy_reset", curl.easy_reset);
  library.find("curl_easy_setopt", curl.easy_setopt);
  library.find("curl_easy_getinfo", curl.easy_getinfo);
  library.find("curl_multi_init", curl.multi_init);
  library.find("curl_multi_cleanup", curl.multi_cleanup);
  library.find("curl_multi_add_handle", curl.multi_add_handle);
  library.find("curl_multi_remove_handle", curl.multi_remove_handle);
  library.find("curl_multi_wakeup", curl.multi_wakeup);
  library.find("curl_multi_perform", curl.multi_perform);
  library.find("curl_multi_info_read", curl.multi_info_read);
  library.find("curl_multi_poll", curl.multi_poll);
  library.find("curl_slist_append", curl.slist_append);
  library.find("curl_slist_free_all", curl.slist_free_all);
  library.find("curl_url", curl.url);
  library.find("curl_url_cleanup", curl.url_cleanup);
  library.find("curl_url_get", curl.url_get);
  library.find("curl_url_set", curl.url_set);
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
