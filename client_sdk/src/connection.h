// The way to the coordinators, shared by the SDKs and the CLI: channels, stubs, calls that are
// repeated until their outcome is known. Private: includes gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "baton/client.h"
#include "baton/errors.h"
#include "baton/v1/decider_service.grpc.pb.h"
#include "baton/v1/registry_service.grpc.pb.h"
#include "baton/v1/worker_service.grpc.pb.h"
#include "baton/v1/workflow_service.grpc.pb.h"

namespace baton {

// One coordinator address with its channel and stubs. Immutable; safe from any thread.
struct Endpoint {
  explicit Endpoint(const std::string& address);

  std::string address;
  std::shared_ptr<grpc::Channel> channel;
  std::tuple<std::unique_ptr<v1::RegistryService::Stub>, std::unique_ptr<v1::WorkflowService::Stub>,
             std::unique_ptr<v1::DeciderService::Stub>, std::unique_ptr<v1::WorkerService::Stub>>
      stubs;

  template <class Stub>
  Stub& stub() const {
    return *std::get<std::unique_ptr<Stub>>(stubs);
  }
};

// A name for one request: 32 random hexadecimal digits.
std::string make_request_id();

// The error of a failed status, with what google.rpc.ErrorInfo and RetryInfo say. `status` is not
// OK.
Error decode(const grpc::Status& status);
// The error of something refused on a stream or in a batch.
Error decode(const v1::Refusal& refusal);

// Waits that grow from `first` to `last` by half each time, with jitter so that many clients
// spread.
class Backoff {
 public:
  Backoff(Duration first, Duration last) : first_(first), next_(first), last_(last) {}
  Duration next();
  void reset() { next_ = first_; }

 private:
  Duration first_;
  Duration next_;
  Duration last_;
};

// Sees to it that a channel that lost its coordinator connects again as soon as it can. gRPC's
// connecting goes on only while somebody waits for it: calls that fail at once and come back later
// would leave it to a look every five seconds.
class Reconnecting {
 public:
  Reconnecting() = default;
  ~Reconnecting();

  // Until it is connected, in the background.
  void watch(std::shared_ptr<const Endpoint> endpoint);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<const Endpoint>> watched_;
  bool stopping_ = false;
  std::thread thread_;
};

// Thread-safe. Owns the channels; connects when first used.
class Connection {
 public:
  Connection(std::string_view addresses, std::string_view domain, ClientOptions options);

  const std::string& domain() const { return domain_; }
  const ClientOptions& options() const { return options_; }
  // Null: none. Lives as long as this.
  const PayloadCodec* codec() const { return options_.codec.get(); }

  // The endpoint to use now.
  std::shared_ptr<const Endpoint> endpoint() const;
  // `failed` did not serve: another address is next, if it is still the one in use.
  void avoid(const Endpoint& failed);

  // One call until its outcome is known, within options().retry_for: what may have been applied and
  // what is refused for now is sent again. Only for reads and for requests with a request id.
  // `waits`: so much longer an attempt may take, since the request asks to wait. Nothing: it succeeded.
  template <class Stub, class Request, class Response>
  std::optional<Error> try_call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, Response* response,
                                Duration waits = Duration(0)) {
    const auto attempt = [&](const Endpoint& endpoint, grpc::ClientContext& context) {
      response->Clear();
      return (endpoint.stub<Stub>().*method)(&context, request, response);
    };
    return repeat(attempt, waits);
  }
  // The same; throws the error.
  template <class Stub, class Request, class Response>
  void call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response* response, Duration waits = Duration(0)) {
    if (auto error = try_call(method, request, response, waits)) throw *std::move(error);
  }

 private:
  using Attempt = std::function<grpc::Status(const Endpoint&, grpc::ClientContext&)>;
  Error given_up(const Error& error) const;
  std::optional<Error> repeat(const Attempt& attempt, Duration waits);

  const std::string domain_;
  const ClientOptions options_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Endpoint>> endpoints_;
  size_t current_ = 0;
  Reconnecting reconnecting_;
};

}  // namespace baton
