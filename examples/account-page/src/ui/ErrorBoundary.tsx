import { Component, type ReactNode } from "react";

import { texts } from "../texts";

interface Props {
  children: ReactNode;
}

/** Says that the page has failed, where React alone would leave it empty. */
export class ErrorBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) {
      return this.props.children;
    }
    return (
      <main className="alone" role="alert">
        <h1>{texts.broken}</h1>
        <div className="actions">
          <button type="button" className="primary" onClick={() => location.reload()}>
            {texts.actions.reloadPage}
          </button>
        </div>
      </main>
    );
  }
}
