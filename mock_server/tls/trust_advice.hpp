#pragma once

#include <string>

namespace flow::mock {

/// How clients are told to trust the authority in the file `authority`, and how Adobe's names are made to
/// lead to a mock that listens there. Lines of text.
std::string trust_advice(const std::string &authority, const std::string &address, int port);

} // namespace flow::mock
