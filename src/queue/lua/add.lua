#!lua
-- Purpose: stores a chunk of messages; all or nothing, with a result per message.
--   Without `allow-oom`: a server that has reached `maxmemory` refuses it before it starts.
-- KEYS: common.lua.
-- ARGV: [2] most messages waiting, [3] most bytes waiting (0 = no limit), [4] nonce of this chunk, the same
--   when it is sent again, [5] its place in ANSWERS, [6] 1 when it is sent again; then four per message: id, weight in ms (priority * ageing), delay in ms, tail
--   (flag, then the record from `retries` on).
-- Result: one letter per message: q queued, c coalesced, f refused because the queue is full.
-- Error: QUEUEARGUMENT if a number is none; nothing was changed then.
--- @include common place

local refused = enter()
if refused then return refused end
local max_length, max_bytes, nonce = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local place, again = ARGV[5], ARGV[6] == '1'
if again then
  local before = redis.call('HGET', ANSWERS, place)
  local at = #nonce + 1
  if before and string.sub(before, 1, at) == nonce .. ' ' then return string.sub(before, at + 1) end
end
local FIRST = 7
local count = (#ARGV - FIRST + 1) / 4
local ids = {}
for i = 1, count do
  local at = FIRST + (i - 1) * 4
  if not (tonumber(ARGV[at + 1]) and tonumber(ARGV[at + 2])) then
    return redis.error_reply('QUEUEARGUMENT weight or delay is not a number')
  end
  ids[i] = ARGV[at]
end
local waiting = 0
if max_length > 0 then
  waiting = redis.call('ZCARD', AGE) + redis.call('ZCARD', DELAYED) + redis.call('HLEN', FOLLOW)
end
local stored = redis.call('HMGET', MSGS, unpack(ids))
local sent = pad(S.ms)

-- What has no group, no expiry, no delay and no predecessor goes in with one command per place.
local msgs, ready, age = {}, {}, {}
local function flush()
  if #msgs == 0 then return end
  redis.call('HSET', MSGS, unpack(msgs))
  redis.call('ZADD', READY, unpack(ready))
  redis.call('ZADD', AGE, unpack(age))
  msgs, ready, age = {}, {}, {}
end

-- By weight, as a chunk has few: the score, and the part of the record from there to the weight.
local scores, middles = {}, {}
local function new_record(weight, flag, rest)
  local seq, score = pad(take(1)), scores[weight]
  if not score then
    score = pad(S.ms - weight)
    scores[weight] = score
    middles[weight] = ' ' .. score .. ' ' .. nonce .. string.format(' %.0f ', weight)
  end
  return flag .. ' ' .. seq .. middles[weight] .. rest, seq, score
end

local function add_new(id, weight, delay, flag, rest)
  local rec, seq, score = new_record(weight, flag, rest)
  local bytes = body_bytes(rec)
  if max_length > 0 and waiting >= max_length then return 'f' end
  if max_bytes > 0 and S.bytes + bytes > max_bytes then return 'f' end
  waiting = waiting + 1
  if delay == 0 and flag == 'p' then
    local n = #msgs
    msgs[n + 1], msgs[n + 2] = id, rec
    ready[n + 1], ready[n + 2] = score, seq .. ':' .. id
    age[n + 1], age[n + 2] = sent, id
    S.bytes = S.bytes + bytes
    S.wake = true
  else
    local r = parse(rec)
    redis.call('HSET', MSGS, id, rec)
    count_in_group(r, 1)
    to_waiting(id, r, S.ms + delay)
  end
  return 'q'
end

-- The id is taken: by its follow-up, by a waiting message, or by one in flight, which gets a follow-up.
-- resent: an earlier transmission of this chunk, whose answer was lost, may have stored this very message.
local function add_known(id, before, weight, delay, flag, rest, resent)
  local old = parse(before)
  if resent and old.nonce == nonce then return 'q' end
  local new = parse((new_record(weight, flag, rest)))
  local follow = redis.call('HGET', FOLLOW, id)
  if follow then
    local due, follow_rec = string.match(follow, '^(%d+) (.*)$')
    local kept = parse(follow_rec)
    if resent and kept.nonce == nonce then return 'q' end
    new.seq, new.score, new.weight = kept.seq, kept.score, kept.weight
    redis.call('HSET', FOLLOW, id, due .. ' ' .. format(new))
    S.bytes = S.bytes + #new.body - #kept.body
    change_group(kept, new)
    return 'c'
  end
  if redis.call('ZSCORE', AGE, id) or redis.call('ZSCORE', DELAYED, id) then
    replace(id, old, new)
    return 'c'
  end
  redis.call('HSET', FOLLOW, id, string.format('%.0f ', S.ms + delay) .. format(new))
  S.bytes = S.bytes + #new.body
  count_in_group(new, 1)
  return 'q'
end

local results, seen = {}, {}
for i = 1, count do
  local at = FIRST + (i - 1) * 4
  local id, tail = ids[i], ARGV[at + 3]
  local weight, delay = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local flag, rest = string.sub(tail, 1, 1), string.sub(tail, 2)
  local before = stored[i]
  if seen[id] then
    -- Twice in one chunk: the later one finds the earlier one as if that had come with an earlier chunk.
    flush()
    before = redis.call('HGET', MSGS, id)
  end
  if before then
    results[i] = add_known(id, before, weight, delay, flag, rest, not seen[id])
  else
    results[i] = add_new(id, weight, delay, flag, rest)
  end
  seen[id] = true
end
flush()
if S.wake or S.rearm then wake() end
local answer = table.concat(results)
keep_answer(place, nonce .. ' ' .. answer)
save()
return answer
