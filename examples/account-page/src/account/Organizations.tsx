import { texts } from "../texts";
import { Row, Section } from "../ui/Section";
import { Sentences } from "../ui/Sentences";
import { useAccount } from "./context";
import { Unavailable } from "./Unavailable";

/** What the person is a member of, if there is anything. */
export function Organizations() {
  const { user } = useAccount();
  if (user.organizations?.length === 0) {
    return null;
  }
  return (
    <Section title={texts.organizations.title}>
      <Unavailable field="organizations" />
      <ul className="list">
        {user.organizations?.map(({ id, name, description, roles }) => (
          <li key={id}>
            <Row
              label={name}
              details={
                <Sentences
                  of={[
                    description && texts.organizations.description(description),
                    roles.length > 0 && texts.organizations.roles(roles),
                  ]}
                />
              }
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}
