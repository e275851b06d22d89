import { AccountName } from "../account/AccountName";
import { useChange } from "../graphql/change";
import { type Verification, VerifyPassword } from "../operations/proofs";
import { useSession } from "../session/session";
import { texts } from "../texts";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";

interface Props {
  onProof: (verification: Verification) => void;
  onCancel: () => void;
}

export function PasswordProof({ onProof, onCancel }: Props) {
  const { Help } = useSession();
  const verifyPassword = useChange(VerifyPassword);
  return (
    <Form
      submit={texts.actions.continue}
      onSubmit={(fields) => verifyPassword({ input: { password: String(fields.get("password")) } })}
      onDone={({ verification }) => onProof(verification!)}
      onCancel={onCancel}
    >
      <AccountName />
      <Field name="password" label={texts.stepUp.password} type="password" autoComplete="current-password" autoFocus />
      {Help && <Help about="password" />}
    </Form>
  );
}
