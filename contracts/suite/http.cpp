#include "contracts/suite/http.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <curl/curl.h>

namespace flow::contract {

namespace {

constexpr long kConnectTimeoutMs = 5000;
constexpr long kTimeoutMs = 10000;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::size_t take_body(char *data, std::size_t, std::size_t size, void *response) {
  static_cast<HttpResponse *>(response)->body.append(data, size);
  return size;
}

std::size_t take_header(char *data, std::size_t, std::size_t size, void *response_pointer) {
  auto &response = *static_cast<HttpResponse *>(response_pointer);
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    response.headers.clear(); // an interim answer, 100 or 103, came before this one
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    response.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return size;
}

struct HeaderList {
  curl_slist *first = nullptr;

  HeaderList() = default;
  HeaderList(const HeaderList &) = delete;
  HeaderList &operator=(const HeaderList &) = delete;
  ~HeaderList() { curl_slist_free_all(first); }

  void add(const std::string &line) { first = curl_slist_append(first, line.c_str()); }
};

void add_headers(HeaderList &list, const HttpRequest &request) {
  bool typed = false;
  for (const auto &[name, value] : request.headers) {
    // For curl `name:` means to leave a header out, and `name;` to send it without a value.
    list.add(value.empty() ? name + ";" : name + ": " + value);
    typed = typed || equal_ignoring_case(name, "Content-Type");
  }
  if (!typed) {
    list.add("Content-Type:"); // curl would name a form's
  }
  list.add("Expect:");
}

} // namespace

struct HttpClient::Handle {
  CURL *curl = nullptr;

  Handle() {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = kReady == CURLE_OK ? curl_easy_init() : nullptr;
    if (curl == nullptr) {
      throw HttpError("libcurl cannot be used");
    }
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto &header) {
    return equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient &&) noexcept = default;
HttpClient &HttpClient::operator=(HttpClient &&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest &request) {
  CURL *curl = handle_->curl;
  HttpResponse response;
  HeaderList headers;
  add_headers(headers, request);
  std::array<char, CURL_ERROR_SIZE> reason{};

  curl_easy_reset(curl); // keeps the connections
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "flow-contract");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body->c_str());
  }
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());

  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK) {
    throw HttpError(reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

} // namespace flow::contract
