#!lua
-- Purpose: stores a chunk of messages; all or nothing, with a result per message.
--   Without `allow-oom`: a server that has reached `maxmemory` refuses it before it starts.
-- KEYS: common.lua.
-- ARGV: [2] nonce of this chunk, [3] its place in ANSWERS; [4] most messages waiting, [5] most bytes waiting (0 = no
--   limit); then three per message: id, head (flag, weight in ms (priority * ageing), delay in ms), and the record from
--   `retries` on.
-- Result: one letter per message: q queued, c coalesced, f refused because the queue is full.
-- Error: QUEUEARGUMENT if a head is none; nothing was changed then.
--- @include common place

local refused = enter()
if refused then return refused end
local nonce, place, max_length, max_bytes = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local before = answer_before(place, nonce)
if before then return before end
local FIRST = 6
local count = (#ARGV - FIRST + 1) / 3
local ids, kinds, sent = {}, {}, pad(S.ms)
-- What a head says, once for all that have the same: there are few in a chunk. The record is `first`, the lower half
-- of its sequence number, `middle`, and the rest.
local function kind_of(head)
  local flag, weight, delay = string.match(head, '^([px]) (%d+) (%d+)$')
  if not flag then return nil end
  return { flag = flag, weight = tonumber(weight), delay = tonumber(delay), score = pad(S.ms - weight),
    plain = flag == 'p' and tonumber(delay) == 0,
    middle = ' ' .. sent .. ' ' .. nonce .. ' ' .. weight .. ' ' }
end
for i = 1, count do
  local at = FIRST + (i - 1) * 3
  local head = ARGV[at + 1]
  if not kinds[head] then
    kinds[head] = kind_of(head)
    if not kinds[head] then return redis.error_reply('QUEUEARGUMENT not a head: ' .. head) end
  end
  ids[i] = ARGV[at]
end
local waiting = 0
if max_length > 0 then
  waiting = redis.call('ZCARD', READY) + redis.call('ZCARD', GREADY) + redis.call('ZCARD', DELAYED) + redis.call('HLEN', FOLLOW)
end
local stored = redis.call('HMGET', MSGS, unpack(ids))

-- What has no group, no expiry, no delay and no predecessor goes in with one command per place.
local msgs, ready = {}, {}
local function flush()
  if #msgs == 0 then return end
  redis.call('HSET', MSGS, unpack(msgs))
  redis.call('ZADD', READY, unpack(ready))
  count_by_age(age_of(sent), #ready / 2)
  S.wake = true
  msgs, ready = {}, {}
end

local function new_record(kind, rest)
  local seq = pad(take(1))
  return kind.flag .. ' ' .. seq .. kind.middle .. rest, seq
end

local function add_new(id, kind, rest)
  local bytes = body_bytes(rest)
  if max_length > 0 and waiting >= max_length then return 'f' end
  if max_bytes > 0 and S.bytes + bytes > max_bytes then return 'f' end
  waiting = waiting + 1
  local rec, seq = new_record(kind, rest)
  if kind.plain then
    local n = #msgs
    msgs[n + 1], msgs[n + 2] = id, rec
    ready[n + 1], ready[n + 2] = kind.score, seq .. ':' .. id
    S.bytes = S.bytes + bytes
  else
    local r = parse(rec)
    redis.call('HSET', MSGS, id, rec)
    count_in_group(r, 1)
    to_waiting(id, r, S.ms + kind.delay)
  end
  return 'q'
end

-- The id is taken: by its follow-up, by a waiting message, or by one in flight, which gets a follow-up.
-- resent: an earlier transmission of this chunk, whose answer was lost, may have stored this very message.
local function add_known(id, before, kind, rest, resent)
  local old = parse(before)
  if resent and old.nonce == nonce then return 'q' end
  local new = parse((new_record(kind, rest)))
  local follow = redis.call('HGET', FOLLOW, id)
  if follow then
    local due, follow_rec = string.match(follow, '^(%d+) (.*)$')
    local kept = parse(follow_rec)
    if resent and kept.nonce == nonce then return 'q' end
    new.seq, new.sent, new.weight = kept.seq, kept.sent, kept.weight
    redis.call('HSET', FOLLOW, id, due .. ' ' .. format(new))
    S.bytes = S.bytes + #new.body - #kept.body
    change_group(kept, new)
    return 'c'
  end
  if is_ready(id, old) or redis.call('ZSCORE', DELAYED, id) then
    replace(id, old, new)
    return 'c'
  end
  redis.call('HSET', FOLLOW, id, string.format('%.0f ', S.ms + kind.delay) .. format(new))
  waiting = waiting + 1
  S.bytes = S.bytes + #new.body
  count_in_group(new, 1)
  return 'q'
end

local results, seen = {}, {}
for i = 1, count do
  local at = FIRST + (i - 1) * 3
  local id, kind, rest, before = ids[i], kinds[ARGV[at + 1]], ARGV[at + 2], stored[i]
  if seen[id] then
    -- Twice in one chunk: the later one finds the earlier one as if that had come with an earlier chunk.
    flush()
    before = redis.call('HGET', MSGS, id)
  end
  if before then
    results[i] = add_known(id, before, kind, rest, not seen[id])
  else
    results[i] = add_new(id, kind, rest)
  end
  seen[id] = true
end
flush()
if S.wake or S.rearm then wake() end
local answer = table.concat(results)
keep_answer(place, nonce .. ' ' .. answer)
save()
return answer
