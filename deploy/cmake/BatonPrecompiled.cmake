# Headers that most files of a part include, compiled once: reading them is most of what compiling such a file takes. A file includes what it
# uses all the same: the clang preset has no precompiled headers and shows what is missing.
#
#   messages       core, store, engine: the standard library, Abseil, the messages of the contract and of the journal
#   services       the API and the SDKs: messages, gRPC and its stubs
#   tests          messages and GoogleTest
#   service_tests  services and GoogleTest
set(baton_pch_messages
  <algorithm> <atomic> <chrono> <condition_variable> <cstdint> <deque> <functional> <future> <map> <memory> <mutex> <optional> <random> <set>
  <span> <string> <string_view> <thread> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/statusor.h>
  <baton/journal/v1/record.pb.h> <baton/journal/v1/snapshot.pb.h> <baton/journal/v1/token.pb.h>
  <baton/v1/decider_service.pb.h> <baton/v1/registry_service.pb.h> <baton/v1/worker_service.pb.h> <baton/v1/workflow_service.pb.h>)
set(baton_pch_services ${baton_pch_messages}
  <grpcpp/grpcpp.h> <grpcpp/alarm.h>
  <baton/v1/decider_service.grpc.pb.h> <baton/v1/registry_service.grpc.pb.h> <baton/v1/worker_service.grpc.pb.h>
  <baton/v1/workflow_service.grpc.pb.h>)
set(baton_pch_tests ${baton_pch_messages} <gmock/gmock.h> <gtest/gtest.h>)
set(baton_pch_service_tests ${baton_pch_services} <gmock/gmock.h> <gtest/gtest.h>)

# baton_precompile(SET LIBS…): makes a set; the libraries whose headers are in it.
function(baton_precompile set)
  set(source ${Baton_BINARY_DIR}/precompiled/${set}.cc)
  file(GENERATE OUTPUT ${source} CONTENT "")
  add_library(baton_pch_${set} OBJECT ${source})
  target_link_libraries(baton_pch_${set} PRIVATE ${ARGN} baton_warnings)
  target_precompile_headers(baton_pch_${set} PRIVATE ${baton_pch_${set}})
endfunction()

# baton_use_precompiled(SET TARGET…)
function(baton_use_precompiled set)
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM baton_pch_${set})
  endforeach()
endfunction()
