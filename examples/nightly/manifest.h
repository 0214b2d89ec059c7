// The list of services to test.
#pragma once

#include <string>
#include <vector>

#include "nightly.h"

namespace nightly {

struct Manifest {
  std::string name;
  std::vector<Service> services;
};

// Throws std::runtime_error with one line that names the file, the service, the field and what to do.
Manifest load_manifest(const std::string& path);

}  // namespace nightly
