/** The package ships no types. */
declare module 'asl-validator' {
  interface Validation {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  }
  /** Adds `QueryLanguage` to the states of `definition`. */
  function validate(definition: unknown, options?: { checkPaths: boolean; checkArn: boolean }): Validation;
  export = validate;
}
