#include "live_coordinator.h"

#include <gtest/gtest.h>

#include "tests/engine/history_checks.h"

namespace baton::testing {
namespace {

constexpr auto kStopPatience = std::chrono::seconds(5);

}  // namespace

LiveCoordinator::LiveCoordinator() : store_(store::MemoryStore::make()) { start(); }

LiveCoordinator::~LiveCoordinator() {
  stop();
  check_histories(*store_);
}

void LiveCoordinator::start() {
  const auto keys = store_->signing_keys();
  const auto epoch = store_->epoch();
  ASSERT_TRUE(keys.ok() && epoch.ok());
  tokens_ = std::make_unique<api::Tokens>(*keys, *epoch);
  engine_ = engine::Engine::make(*store_, *authorizer_, limits_, {.instance_id = "live"});
  const absl::Status started = engine_->start();
  ASSERT_TRUE(started.ok()) << started;
  services_ = std::make_unique<api::Services>(*engine_, *tokens_, *authorizer_, limits_);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), grpc::InsecureServerCredentials(), &port_);
  services_->add_to(builder);
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
}

void LiveCoordinator::stop() {
  services_->end_polls();
  engine_->end_waiting();
  server_->Shutdown(std::chrono::system_clock::now() + kStopPatience);
  server_->Wait();
  engine_->stop();
  server_.reset();
  services_.reset();
  engine_.reset();
}

void LiveCoordinator::restart() {
  stop();
  start();
}

}  // namespace baton::testing
