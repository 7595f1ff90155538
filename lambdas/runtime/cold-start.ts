/**
 * Builds a handler once per container. In Lambda that is at init, so that a wrong environment fails the init; anywhere else,
 * where only the parts of a handler file are wanted, at the first call.
 */
export function atColdStart<I, O>(build: () => (input: I) => Promise<O>): (input: I) => Promise<O> {
  let built = process.env.AWS_LAMBDA_FUNCTION_NAME ? build() : undefined;
  return (input) => {
    built ??= build();
    return built(input);
  };
}
