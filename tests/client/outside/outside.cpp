// A program of somebody else, built against the installed library.
#include <flow_client/client.hpp>

#include <iostream>

int main() {
  flow::client::Settings settings;
  settings.token = flow::client::static_token("token");
  const flow::client::Client client(settings);
  try {
    client.retry("");
  } catch (const std::invalid_argument &error) {
    std::cout << error.what() << "\n";
    return 0;
  }
  return 1;
}
