#include "coordinator/api/services.h"

#include "coordinator/api/decider_service.h"
#include "coordinator/api/registry_service.h"
#include "coordinator/api/worker_service.h"
#include "coordinator/api/workflow_service.h"

namespace baton::api {
namespace {

// A parked poll is a stream; clients multiplex them over one connection.
constexpr int kMaxConcurrentStreams = 10'000;
constexpr int kMaxMetadataBytes = 16 * 1024;
// A peer that is gone without a word is noticed within 40 s, whether a call is open or not.
constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
constexpr int kLeastPingIntervalMs = 10'000;

}  // namespace

Services::Services(engine::Engine& engine, const Tokens& tokens, const core::Authorizer& authorizer, const core::Limits& limits)
    : backend_{engine, tokens, authorizer, limits, polls_} {
  services_.push_back(make_registry_service(backend_));
  services_.push_back(make_workflow_service(backend_));
  services_.push_back(make_worker_service(backend_));
  services_.push_back(make_decider_service(backend_));
}

void Services::add_to(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(core::kMaxMessageBytes));
  builder.SetMaxSendMessageSize(static_cast<int>(core::kMaxMessageBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  for (const auto& service : services_) builder.RegisterService(service.get());
}

}  // namespace baton::api
