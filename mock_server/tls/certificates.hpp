#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace flow::mock {

/// What a server shows of itself over TLS: PEM text of its certificate, and of the key that belongs to it.
struct Certificate {
  std::string chain;
  std::string key;
};

/// The names of every certificate from certificate_in: of this machine, and those of Adobe's servers.
const std::vector<std::string> &usual_names();

/// Whether a certificate can be for it: a host's name ("mock.test") or an IP address, without brackets.
bool is_certifiable(std::string_view name);

/// A certificate for usual_names() and `names`, from an authority that lives in `folder`: its certificate
/// `ca.pem`, its key `ca-key.pem`, the server's `server.pem` and `server-key.pem`. What is missing is made;
/// the server's pair also where it ends within 30 days of `now`, lacks a name or is not of this authority,
/// and the authority where its own end is so near. Keys can be read by their owner only. Two processes that
/// ask at the same time get the same. Throws FileError, and TlsError where the folder holds an authority that
/// cannot be used: it is not replaced, as somebody trusts it.
Certificate certificate_in(const std::string &folder, const std::vector<std::string> &names, std::time_t now);

} // namespace flow::mock
