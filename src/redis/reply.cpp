#include "redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace gatehouse::redis {
namespace {

/// Where the reader wants the next object: in the list that it is reading, or as a new reply, which the reader owns.
Reply* place_for(const redisReadTask* task) {
  if (task->parent == nullptr) return new (std::nothrow) Reply;
  return &static_cast<Reply*>(task->parent->obj)->items[static_cast<std::size_t>(task->idx)];
}

void* make_text(const redisReadTask* task, char* bytes, std::size_t size) {
  Reply* const reply = place_for(task);
  if (reply == nullptr) return nullptr;
  reply->kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
  reply->text.assign(bytes, size);
  return reply;
}

/// Null if there would be too many items; the reader takes it for a lack of memory. The type of `count` depends on the
/// release of hiredis.
template <class Count>
void* make_list(const redisReadTask* task, Count count) {
  if (static_cast<std::size_t>(count) > ReplyReader::items_max) return nullptr;
  Reply* const reply = place_for(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::list;
  reply->items.resize(static_cast<std::size_t>(count));
  return reply;
}

void* make_integer(const redisReadTask* task, long long value) {
  Reply* const reply = place_for(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::integer;
  reply->integer = value;
  return reply;
}

void* make_nothing(const redisReadTask* task) { return place_for(task); }

void free_reply(void* reply) { delete static_cast<Reply*>(reply); }

const redisReplyObjectFunctions& reply_functions() {
  static const redisReplyObjectFunctions functions = [] {
    redisReplyObjectFunctions made{};
    made.createString = make_text;
    made.createArray = make_list;
    made.createInteger = make_integer;
    made.createNil = make_nothing;
    made.freeObject = free_reply;
    return made;
  }();
  return functions;
}

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }

// hiredis only reads the functions.
ReplyReader::ReplyReader()
    : reader_(redisReaderCreateWithFunctions(const_cast<redisReplyObjectFunctions*>(&reply_functions()))) {
  if (!reader_) throw std::bad_alloc{};
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  fed_bytes_ += bytes.size();
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

std::expected<std::optional<Reply>, std::string> ReplyReader::next() {
  void* object = nullptr;
  if (redisReaderGetReply(reader_.get(), &object) != REDIS_OK) {
    return std::unexpected(std::string{"it does not speak Redis's protocol: "} + reader_->errstr);
  }
  const std::unique_ptr<Reply> reply{static_cast<Reply*>(object)};
  if (!reply && fed_bytes_ > reply_bytes_max) return std::unexpected(std::string{"its reply is too long"});
  if (!reply) return std::nullopt;
  fed_bytes_ = reader_->len - reader_->pos;
  return std::move(*reply);
}

}  // namespace gatehouse::redis
