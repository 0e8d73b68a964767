import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** What a module exports, and the methods of its classes, each with its documentation. */
function exportsOf(file: string): Map<string, string> {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const entry = path.join(root, file);
  const program = ts.createProgram([entry], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} exports nothing`);
  const documented = new Map<string, string>();
  const note = (name: string, symbol: ts.Symbol) =>
    documented.set(name, ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    note(exported.name, symbol);
    for (const method of methodsOf(symbol)) note(`${exported.name}.${method.name}`, method);
  }
  return documented;
}

/** Methods of a class that others call or override; what they inherit, they inherit with its documentation. */
function methodsOf({ flags, members }: ts.Symbol): ts.Symbol[] {
  if (!(flags & ts.SymbolFlags.Class)) return [];
  return [...(members?.values() ?? [])].filter(({ flags: kind, valueDeclaration }) => {
    if (!(kind & ts.SymbolFlags.Method) || !valueDeclaration) return false;
    return ts.isMethodDeclaration(valueDeclaration) && !ts.isPrivateIdentifier(valueDeclaration.name);
  });
}

describe.each([
  ['src/index.ts', 250],
  ['src/testing.ts', 1],
])('what %s exports', (file, least) => {
  const exported = exportsOf(file);

  it('is all documented', () => {
    expect(exported.size).toBeGreaterThanOrEqual(least);
    const bare = [...exported].filter(([, documentation]) => documentation === '');
    expect(bare.map(([name]) => name)).toEqual([]);
  });
});
