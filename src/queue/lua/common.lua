-- Purpose: what every script begins with: the names of the keys, the clock, the format check, the record.
-- KEYS: the keys of one queue in the order of `queueKeys` (redis/keys.ts); all share one hash tag.
-- ARGV: [1] empty: the server's time counts; in tests the time in milliseconds since the epoch.
-- Result: none; included at the head of the other scripts.
local META, WAKE, READY, DELAYED, MSGS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local LEASES, SESSIONS, FOLLOW = KEYS[6], KEYS[7], KEYS[8]
local GREADY, GROUPS, GACTIVE, AGE, DEAD, LETTERS = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local ANSWERS = KEYS[15]

local FORMAT = 1
-- A server whose clock steps back by less than this (a failover) does not take the queue back with it.
-- A larger step is a correction of a wrong clock: waiting for it to be caught up would stop the queue. Sessions
-- go back with the clock, at most so many, so that leases last as long as they should; what is delayed waits on.
local GUARD_US, SESSIONS_MOST = 60 * 1000000, 1000

-- now, tick: microseconds. tick hands out sequence numbers, fencing tokens and session numbers; as it never
-- falls behind the clock, it grows even when a failover loses the last writes.
local S = {}

-- 16 digits. In two halves: a number that large costs ten times as much to print as one that fits an integer.
local function pad(n)
  local high = math.floor(n / 100000000)
  return string.format('%08d%08d', high, n - high * 100000000)
end

local function set_back(now, by_ms)
  local sessions = redis.call('ZRANGE', SESSIONS, 0, SESSIONS_MOST - 1, 'WITHSCORES')
  for i = 1, #sessions, 2 do
    redis.call('ZADD', SESSIONS, pad(math.max(0, tonumber(sessions[i + 1]) - by_ms)), sessions[i])
  end
  redis.call('HSET', META, 'now', pad(now))
end

-- Reads the clock and the meta key; an error reply if the queue was written by a newer version.
local function enter(reads_only)
  local m = redis.call('HMGET', META, 'format', 'paused', 'tick', 'now', 'bytes')
  S.fresh = not m[1]
  if m[1] and tonumber(m[1]) > FORMAT then
    return redis.error_reply('QUEUEFORMAT ' .. m[1])
  end
  S.paused = m[2] == '1'
  S.bytes = tonumber(m[5] or 0)
  local now
  if ARGV[1] == '' then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
  else
    now = ARGV[1] * 1000
  end
  local last = tonumber(m[4] or 0)
  if now < last then
    if last - now <= GUARD_US then
      now = last
    elseif not reads_only then
      set_back(now, math.floor((last - now) / 1000))
    end
  end
  S.now = now
  S.ms = math.floor(now / 1000)
  S.tick = math.max(now, tonumber(m[3] or 0))
  return nil
end

-- Takes n numbers; answers the first.
local function take(n)
  local first = S.tick + 1
  S.tick = S.tick + n
  return first
end

local function save()
  if S.fresh then redis.call('HSET', META, 'format', FORMAT) end
  redis.call('HSET', META, 'tick', pad(S.tick), 'now', pad(S.now), 'bytes', S.bytes)
end

-- So many answers are kept, of which nearly all are never asked for again.
local ANSWERS_MOST = 8192
-- Keeps the answer to a call: if it does not arrive, the call is sent again and must not count twice. Of one that has a
-- nonce it begins with that.
local function keep_answer(name, answer)
  if redis.call('HSET', ANSWERS, name, answer) == 1 and redis.call('HLEN', ANSWERS) > ANSWERS_MOST then
    redis.call('UNLINK', ANSWERS)
  end
end

-- The session that the opening `n` of an opener led to, '-' for one that has been given up; nil if it has not come.
-- Only the newest is known; one before it counts as given up.
local function opened(opener, n)
  local known = redis.call('HGET', ANSWERS, 'open ' .. opener)
  if not known then return nil end
  local newest, session = string.match(known, '^(%d+) (%S+)$')
  if tonumber(newest) < tonumber(n) then return nil end
  return newest == n and session or '-'
end

local function keep_opened(opener, n, session)
  keep_answer('open ' .. opener, n .. ' ' .. session)
end

-- What was answered to a call that came before, or nil. It may have been sent again, or be the first transmission, which
-- the network can deliver after the second.
local function answer_before(place, nonce)
  local kept = redis.call('HGET', ANSWERS, place)
  local at = #nonce + 1
  if kept and string.sub(kept, 1, at) == nonce .. ' ' then return string.sub(kept, at + 1) end
end

-- A record: flag 'p' (no group, no expiry) or 'x', seq (16 digits), sent time (ms, 16 digits), nonce of the send,
-- weight (ms that the priority is worth), retries so far, most retries, expiry (ms or 0), group
-- (percent-encoded, or -), body (JSON); one blank between.
local function parse(rec)
  local nonce, weight, retries, most, expires, group, at =
    string.match(rec, '^(%S+) (%d+) (%d+) (%d+) (%d+) (%S+) ()', 37)
  return {
    seq = string.sub(rec, 3, 18),
    sent = string.sub(rec, 20, 35),
    nonce = nonce,
    weight = tonumber(weight),
    retries = tonumber(retries),
    most = tonumber(most),
    expires = tonumber(expires),
    group = group ~= '-' and group or nil,
    body = string.sub(rec, at),
  }
end

local function format(r)
  local flag = (r.group or r.expires > 0) and 'x' or 'p'
  return table.concat({ flag, r.seq, r.sent, r.nonce, string.format('%.0f', r.weight),
    string.format('%.0f', r.retries), string.format('%.0f', r.most), string.format('%.0f', r.expires),
    r.group or '-', r.body }, ' ')
end

-- Bytes of the body, the first thing in a record, or in the rest of one, that can have a brace.
local function body_bytes(rec)
  return #rec - string.find(rec, '{', 1, true) + 1
end
