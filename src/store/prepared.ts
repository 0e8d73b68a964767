import type { Compilable } from 'kysely';

/** The place of a value that is not known yet. */
class Hole {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What stands for a value of each name while a query is built. */
export type HoleOf<Given> = <Name extends keyof Given & string>(name: Name) => Given[Name];

/** A query that is built and compiled once, for what happens all the time: building one takes longer than running it. */
export function prepare<Given extends object, Row>(
  build: (hole: HoleOf<Given>) => Compilable<Row>,
): (given: Given) => Compilable<Row> {
  const compiled = build((name) => new Hole(name) as never).compile();
  return (given) => {
    const parameters = compiled.parameters.map((value) =>
      value instanceof Hole ? given[value.name as keyof Given] : value,
    );
    return { compile: () => ({ ...compiled, parameters }) };
  };
}
