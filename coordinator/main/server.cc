#include "coordinator/main/server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include "coordinator/log/log.h"
#include "coordinator/main/listen_address.h"

namespace baton {
namespace {

// gRPC's own lines become lines of this log.
void forward_log(gpr_log_func_args* line) {
  log_event(line->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug, "grpc", {{"message", line->message}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::start(api::Services& services, const std::string& address) {
  gpr_set_log_function(forward_log);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  // Two coordinators on one port would share its clients at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  services.add_to(builder);
  std::unique_ptr<Server> server(new Server);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError("cannot listen on " + address + ": is it in use, or not an address of this machine?");
  }
  server->address_ = with_port(address, port);
  return server;
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

void Server::set_healthy(bool healthy) {
  if (auto* const health = server_->GetHealthCheckService()) health->SetServingStatus(healthy);
}

void Server::stop(std::chrono::milliseconds patience) {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + patience);
  server_->Wait();
  server_.reset();
}

}  // namespace baton
