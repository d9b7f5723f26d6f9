#include "contracts/suite/subjects.hpp"

namespace flow::contract {

namespace with_steps {

std::span<const EmbeddedFile> embedded_files();

} // namespace with_steps

const std::vector<Subject> &subjects() {
  static const std::vector<Subject> all = read_subjects(with_steps::embedded_files());
  return all;
}

} // namespace flow::contract
