#include "mock_server/pipeline/visitors.hpp"

#include <algorithm>
#include <array>

#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>flow-mock</title></head><body>
<h1>flow-mock</h1>
<p>A mock of Adobe Experience Platform's Flow Service: dataflow runs and their retries. Nothing here is real.</p>
<ul>
<li>The service: <code>/data/foundation/flowservice</code> (<code>GET /runs</code>,
<code>POST /runs/{run}/action?op=re-trigger</code>, …)</li>
<li>Tokens: <code>POST /ims/token/v3</code></li>
<li>The console: <a href="/__admin/ui">/__admin/ui</a></li>
<li>The control API: <a href="/__admin/openapi">/__admin/openapi</a></li>
</ul>
</body></html>
)";

/// What is asked for by habit, and is not there.
constexpr std::array<std::string_view, 9> kUsual = {
    "/favicon.ico", "/robots.txt", "/health", "/healthz", "/livez", "/readyz", "/ready", "/ping", "/status"};

Response not_here(std::string_view path) {
  Response response;
  response.status = 404;
  response.body = R"({"type":"about:blank","status":404,"title":"Not Found","detail":"flow-mock has no )" +
                  std::string(path) +
                  R"(. Its health is at /__admin/health, the service below /data/foundation/flowservice."})";
  return response;
}

} // namespace

std::optional<Response> answer_to_visitor(const Request &request) {
  const std::string_view path = path_of(request.target);
  if ((request.method != "GET" && request.method != "HEAD") || !request.unreadable.empty()) {
    return std::nullopt;
  }
  if (path == "/") {
    Response response;
    response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
    response.body = kPage;
    return response;
  }
  const auto usual = std::find(kUsual.begin(), kUsual.end(), path);
  return usual == kUsual.end() ? std::nullopt : std::optional(not_here(*usual));
}

} // namespace flow::mock
