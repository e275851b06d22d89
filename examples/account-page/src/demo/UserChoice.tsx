import type { DemoUser } from "../config";
import { texts } from "../texts";

interface Props {
  users: DemoUser[];
  onChoose: (name: string) => void;
}

/** Stands for Logto's sign-in page. */
export function UserChoice({ users, onChoose }: Props) {
  return (
    <main className="alone">
      <h1>{texts.demo.choose}</h1>
      <p>{texts.demo.noPassword}</p>
      <div className="actions">
        {users.map(({ name }) => (
          <button key={name} type="button" className="primary" onClick={() => onChoose(name)}>
            {texts.demo.signInAs(name)}
          </button>
        ))}
      </div>
    </main>
  );
}
