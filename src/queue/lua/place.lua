-- Purpose: the moves of one message between its places; included by the scripts that move messages.
-- KEYS, ARGV: as common.lua. Result: none.
--
-- READY holds what may be taken now: messages without a group and, per group that is not running, its first.
-- Members are `<seq>:<id>`, and `~<turn><seq>:<id>` for a group that has had a turn: among equal scores the
-- one whose turn is longest ago comes first. GREADY holds the other ready messages of groups in their order,
-- GACTIVE the group of each leased message that has one, GROUPS the state of each group.
--
-- AGE counts what is ready by the time at which it was sent: a member per tenth of a second, with the score
-- member * 2^17 + messages (which blurs the order if there are more): the first is the oldest, and a message costs no
-- entry of its own. READY and GREADY are ordered by score, which is the sent time less the weight.

local function score_of(r)
  return pad(tonumber(r.sent) - r.weight)
end

local function group_member(r, id)
  return r.group .. ' ' .. score_of(r) .. r.seq .. string.format('%011.0f', r.weight) .. ':' .. id
end

-- '~'
local TURN = 126

local function id_of_ready(member)
  return string.sub(member, string.byte(member) == TURN and 35 or 18)
end

-- The member of AGE that counts what was sent at the time that begins at `at`, 1 if it is not given.
local function age_of(text, at)
  at = at or 1
  return string.sub(text, at, at + 13)
end

local function count_by_age(age, by)
  local least = tonumber(age) * 131072
  local score = tonumber(redis.call('ZINCRBY', AGE, by, age))
  if by < 0 then
    if score <= least then redis.call('ZREM', AGE, age) end
  elseif score < least then
    redis.call('ZINCRBY', AGE, string.format('%.0f', least), age)
  end
end

-- A group: n messages (waiting, in flight or follow-ups), when its last turn ended (ms) and that turn's number (0 before
-- the first), the id of the message in flight or nil, the first: what would be its member of GREADY if it did not stand
-- in READY, or nil. Written with the length of that id, which may hold anything.
local function load_group(group)
  local state = redis.call('HGET', GROUPS, group)
  if not state then return { name = group, n = 0, ended = 0, turn = 0 } end
  local n, ended, turn, length, at = string.match(state, '^(%d+) (%d+) (%d+) (%d+) ()')
  local rest = at + tonumber(length)
  return { name = group, n = tonumber(n), ended = tonumber(ended), turn = tonumber(turn),
    running = rest > at and string.sub(state, at, rest - 1) or nil,
    first = rest <= #state and string.sub(state, rest) or nil }
end

local function save_group(g)
  if g.n <= 0 then
    redis.call('HDEL', GROUPS, g.name)
  else
    -- Not with %s: it would end at a NUL of an id.
    local running = g.running or ''
    local numbers = string.format('%.0f %.0f %.0f %d ', g.n, g.ended, g.turn, #running)
    redis.call('HSET', GROUPS, g.name, numbers .. running .. (g.first or ''))
  end
end

-- The first of a group as READY has it: member and score.
local function ready_member(g)
  local at = #g.name + 2
  local score, seq = string.sub(g.first, at, at + 15), string.sub(g.first, at + 16, at + 31)
  local weight, id = string.sub(g.first, at + 32, at + 42), string.sub(g.first, at + 44)
  local turn = g.turn > 0 and '~' .. pad(g.turn) or ''
  return turn .. seq .. ':' .. id, pad(math.max(tonumber(score), g.ended - tonumber(weight)))
end

-- Nothing of a group stands in READY any more.
local function recall(g)
  if not g.first then return end
  redis.call('ZADD', GREADY, 0, g.first)
  redis.call('ZREM', READY, (ready_member(g)))
  g.first = nil
end

-- Lets the first waiting message of a group stand in READY, unless the group runs, and saves the group: before that, so
-- that an error in between leaves none there that the group does not know.
local function elect(g)
  recall(g)
  if not g.running then
    g.first = redis.call('ZRANGEBYLEX', GREADY, '[' .. g.name .. ' ', '(' .. g.name .. '!', 'LIMIT', 0, 1)[1]
  end
  save_group(g)
  if not g.first then return end
  local member, score = ready_member(g)
  redis.call('ZADD', READY, score, member)
  redis.call('ZREM', GREADY, g.first)
end

-- A message, or a follow-up, joins (1) or leaves (-1) its group.
local function count_in_group(r, by)
  if not r.group then return end
  local g = load_group(r.group)
  g.n = g.n + by
  save_group(g)
end

local function change_group(old, new)
  if old.group == new.group then return end
  count_in_group(new, 1)
  count_in_group(old, -1)
end

-- A leased message lets go of its group; its turn ends if it is done or dead.
local function free_group(id, turn_ends)
  local group = redis.call('HGET', GACTIVE, id)
  if not group then return end
  local g = load_group(group)
  -- Or it was free already, before an error.
  if g.running == id then
    g.running = nil
    if turn_ends then
      g.n, g.ended, g.turn = g.n - 1, S.ms, take(1)
    end
    elect(g)
  end
  -- Last: after an error before it, the end of the lease frees the group.
  redis.call('HDEL', GACTIVE, id)
  S.wake = true
end

-- Whether a message comes after the one of its group that stands in READY.
local function is_behind_first(r, g)
  if not g.first then return false end
  local at = #g.name + 2
  local score, first_score = tonumber(score_of(r)), tonumber(string.sub(g.first, at, at + 15))
  if score ~= first_score then return score > first_score end
  return tonumber(r.seq) > tonumber(string.sub(g.first, at + 16, at + 31))
end

local function place_ready(id, r)
  if r.group then
    redis.call('ZADD', GREADY, 0, group_member(r, id))
    local g = load_group(r.group)
    if not g.running and not is_behind_first(r, g) then elect(g) end
  else
    redis.call('ZADD', READY, score_of(r), r.seq .. ':' .. id)
  end
  count_by_age(age_of(r.sent), 1)
end

-- Whether a message stands where `place_ready` has put it.
local function is_ready(id, r)
  if not r.group then return redis.call('ZSCORE', READY, r.seq .. ':' .. id) end
  local member = group_member(r, id)
  return load_group(r.group).first == member or redis.call('ZSCORE', GREADY, member)
end

-- Waiting, from `due` on. S.wake: there is something to take; S.rearm: a waiting worker
-- must look at the delayed ones again.
local function to_waiting(id, r, due)
  S.bytes = S.bytes + #r.body
  if due > S.ms then
    redis.call('ZADD', DELAYED, pad(due), id)
    S.rearm = true
  else
    place_ready(id, r)
    S.wake = true
  end
end

-- One marker is enough: who takes it and leaves work behind puts it back.
local function wake()
  if not S.paused then redis.call('ZADD', WAKE, 0, 'w') end
end

-- A waiting message leaves its place; its record stays. Answers its due time.
local function leave(id, r)
  S.bytes = S.bytes - #r.body
  local due = redis.call('ZSCORE', DELAYED, id)
  if due then
    redis.call('ZREM', DELAYED, id)
    return tonumber(due)
  end
  count_by_age(age_of(r.sent), -1)
  if r.group then
    local g = load_group(r.group)
    recall(g)
    redis.call('ZREM', GREADY, group_member(r, id))
    elect(g)
  else
    redis.call('ZREM', READY, r.seq .. ':' .. id)
  end
  return 0
end

-- A new record takes the place of a waiting one: same sequence, score and due time.
local function replace(id, old, new)
  new.seq, new.sent, new.weight = old.seq, old.sent, old.weight
  if old.group == new.group then
    redis.call('HSET', MSGS, id, format(new))
    S.bytes = S.bytes + #new.body - #old.body
    return
  end
  local due = leave(id, old)
  redis.call('HSET', MSGS, id, format(new))
  change_group(old, new)
  to_waiting(id, new, due)
end

-- The run of a message is over for good: its record goes, its follow-up (if any) takes its id.
local function finish(id)
  free_group(id, true)
  local follow = redis.call('HGET', FOLLOW, id)
  if not follow then
    redis.call('HDEL', MSGS, id)
    return
  end
  local due, rec = string.match(follow, '^(%d+) (.*)$')
  redis.call('HDEL', FOLLOW, id)
  redis.call('HSET', MSGS, id, rec)
  local r = parse(rec)
  S.bytes = S.bytes - #r.body
  to_waiting(id, r, tonumber(due))
end

-- Writes a dead letter; the newest of an id stands.
local function bury(id, r, attempts, err)
  redis.call('HSET', LETTERS, id, cmsgpack.pack({ S.ms, attempts, err, '', format(r) }))
  redis.call('ZADD', DEAD, pad(take(1)), id)
end

-- An attempt failed: waits again with one retry more, or is dead.
local function fail(id, delay, err)
  local rec = redis.call('HGET', MSGS, id)
  if not rec then return end
  local r = parse(rec)
  if r.retries >= r.most then
    bury(id, r, r.retries + 1, err)
    finish(id)
    return
  end
  r.retries = r.retries + 1
  redis.call('HSET', MSGS, id, format(r))
  free_group(id, false)
  to_waiting(id, r, S.ms + delay)
end

-- Given back without an attempt burned.
local function give_back(id, delay)
  local rec = redis.call('HGET', MSGS, id)
  if not rec then return end
  free_group(id, false)
  to_waiting(id, parse(rec), S.ms + delay)
end
