// The words of a log line are for people and may change freely; no test holds them. What a line carries (its level
// and its fields), every error message and every other text is mutated all the same.
const REASON = 'the text of a log line';

/** Whether `node` is `logger`, or ends in it: `context.logger`, `this.#logger`. */
function isLogger(node) {
  if (node.type === 'Identifier') return /logger$/i.test(node.name);
  if (node.type !== 'MemberExpression') return false;
  const name = node.property.type === 'PrivateName' ? node.property.id.name : node.property.name;
  return /logger$/i.test(name ?? '');
}

/** A plugin of Stryker's, kind `Ignore`. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'log-texts',
    value: {
      shouldIgnore(path) {
        if (!path.isStringLiteral() && !path.isTemplateLiteral()) return undefined;
        const call = path.parent;
        const isText = call.type === 'CallExpression' && call.arguments.includes(path.node);
        const isLog = isText && call.callee.type === 'MemberExpression' && isLogger(call.callee.object);
        return isLog ? REASON : undefined;
      },
    },
  },
];
