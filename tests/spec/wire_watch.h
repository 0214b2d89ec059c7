// Sees what crosses the wire in a spec test. With BATON_SPEC_COVERAGE_DIR, each program leaves a file there: a line "TEST<tab>KIND<tab>NAME"
// for every item of the coverage table that a test produced.
#pragma once

#include <grpcpp/support/client_interceptor.h>

#include <memory>
#include <vector>

namespace baton::testing {

// For a channel. Of a call that failed only what came back counts.
std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> wire_watchers();

}  // namespace baton::testing
