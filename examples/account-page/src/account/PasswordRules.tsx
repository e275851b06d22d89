import type { Settings } from "../operations/account";
import { texts } from "../texts";

interface Props {
  policy: NonNullable<Settings["passwordPolicy"]>;
}

/** What a new password must be like. */
export function PasswordRules({ policy }: Props) {
  return (
    <ul>
      <li>{texts.password.length(policy.minLength, policy.maxLength)}</li>
      {policy.minCharacterTypes > 1 && <li>{texts.password.characterTypes(policy.minCharacterTypes)}</li>}
      {policy.rejectsRepetitionAndSequence && <li>{texts.password.noSequence}</li>}
      {policy.rejectsUserInfo && <li>{texts.password.noUserInfo}</li>}
      {policy.rejectedWords.length > 0 && <li>{texts.password.noWords(policy.rejectedWords)}</li>}
      {policy.rejectsBreached && <li>{texts.password.notBreached}</li>}
    </ul>
  );
}
