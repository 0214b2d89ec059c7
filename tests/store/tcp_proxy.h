// A TCP proxy before PostgreSQL that breaks connections where a test says: real sockets, so libpq sees what it sees when a
// network or a server fails.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace baton::store {

// What happens to the bytes that a client sends, and to its connection.
enum class Fault {
  kCutBefore,  // never forwarded; both sides are closed, so the server gives the transaction up
  kCutAfter,   // forwarded and answered; the answer is dropped and both sides are closed
  kHold,       // the client's side is closed, the server's stays; release() forwards the bytes then
  kStall,      // from now on nothing moves on this connection, which stays open
};

enum class Reach {
  kServing,   // everything passes
  kRefusing,  // connections are closed as soon as they are made, those there are at once
  kSilent,    // connections are made and then nothing moves on any
};

// Thread-safe. One thread, from construction to destruction.
class TcpProxy {
 public:
  // Forwards to the server of a postgresql:// address with host and port.
  explicit TcpProxy(const std::string& server_url);
  ~TcpProxy();

  // The same database, reached through the proxy.
  const std::string& url() const { return url_; }

  // Once, at the next bytes from a client that contain `pattern`. `then` runs on the proxy's thread after the server's side was
  // dealt with and before the client can notice; it must not use the proxy.
  void arm(std::string pattern, Fault fault, std::function<void()> then = {});
  // Waits, up to half a minute, for the armed fault; whether it came.
  bool wait_for_fault();
  // Forwards what kHold kept and closes that connection when the server has answered.
  void release();
  void set_reach(Reach reach);
  // Sees, and may change, what servers send.
  void on_server_bytes(std::function<void(std::string&)> look);

 private:
  struct Link {
    int client = -1, server = -1;
    bool stalled = false;
    std::string held;  // kHold: for the server, on release
  };
  struct Armed {
    std::string pattern;
    Fault fault;
    std::function<void()> then;
  };

  void run();
  bool obey();
  void accept_one();
  void from_client(Link& link);
  void from_server(Link& link);
  void break_link(Link& link, std::string bytes, const Armed& armed);
  void wake();

  std::string url_, server_host_, server_port_;
  int listener_ = -1;
  int wake_pipe_[2] = {-1, -1};
  std::list<Link> links_;  // only the proxy's thread, as the next two
  bool silent_ = false, refusing_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Armed> armed_;  // guarded, as all below
  int faults_ = 0, faults_wanted_ = 0;
  bool release_ = false, stopping_ = false;
  Reach reach_ = Reach::kServing;
  std::function<void(std::string&)> look_;
  std::thread thread_;
};

}  // namespace baton::store
