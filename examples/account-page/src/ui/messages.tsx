import type { AccountError } from "../graphql/account_error";
import { address } from "../config";
import { type Failure, isOutcomeUnknown } from "../graphql/failure";
import { texts } from "../texts";
import { useReload } from "./reload";

/** What stood in the way, in the server's words, with what helps. */
export function ErrorMessage({ error }: { error: AccountError }) {
  switch (error.__typename) {
    case "PasswordRejectedError":
      return (
        <ul>
          {error.violations.map((violation) => (
            <li key={violation.code}>{violation.message}</li>
          ))}
        </ul>
      );
    case "InvalidCodeError":
      return (
        <p>
          {error.message} {error.attemptsRemaining !== null && texts.attemptsRemaining(error.attemptsRemaining)}
        </p>
      );
    case "RateLimitedError":
      return (
        <p>
          {error.message} {error.retryAfterSeconds > 0 && texts.retryAfter(error.retryAfterSeconds)}
        </p>
      );
    default:
      return <p>{error.message}</p>;
  }
}

interface FailureProps {
  failure: Failure;
  /** Whether it is about reading: then nothing can have changed. */
  reading?: boolean;
}

/** What neither the person nor another input can mend. */
export function FailureMessage({ failure, reading = false }: FailureProps) {
  const reload = useReload();
  const mayHaveHappened = !reading && isOutcomeUnknown(failure);
  return (
    <div role="alert" tabIndex={-1} className="error">
      <p>
        {texts.failure(failure.code, failure.requiredScope)}{" "}
        {failure.retryAfterSeconds !== undefined && texts.retryAfter(failure.retryAfterSeconds)}
      </p>
      {failure.code === "UNAUTHENTICATED" && (
        <p>
          <a href={address("")} target="_blank" rel="noreferrer">
            {texts.signIn.elsewhere}
          </a>
        </p>
      )}
      {mayHaveHappened && <p>{texts.outcomeUnknown}</p>}
      {(reading || mayHaveHappened) && (
        <button type="button" onClick={reload}>
          {texts.actions.reload}
        </button>
      )}
    </div>
  );
}
