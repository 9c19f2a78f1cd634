// The client that frontends of the service carry with them: log in, ask who a session belongs to, log out.
// It makes the same calls as the one in the service's description and reads the same members of the answers.

const JSON_TYPE = 'application/json';

export class AuthService {
  #url;
  #headers;

  constructor(apiUrl, apiKey) {
    this.#url = apiUrl;
    this.#headers = { 'Content-Type': JSON_TYPE, 'X-API-Key': apiKey };
  }

  async login(email, password) {
    const answer = await this.#post('/user-auth', { email, password });
    if (!answer.ok) throw new Error('Login failed');
    return answer.json();
  }

  async verifySession(session) {
    const answer = await this.#post('/user-auth/verify-session', { session });
    return answer.ok ? answer.json() : null;
  }

  async logout(session) {
    await this.#post('/user-auth/logout', { session });
  }

  #post(path, body) {
    return fetch(this.#url + path, { method: 'POST', headers: this.#headers, body: JSON.stringify(body) });
  }
}

// What a Next.js server component does with the session cookie of a request.
export async function serverSession(apiUrl, apiKey, cookie) {
  if (!cookie) return null;
  return new AuthService(apiUrl, apiKey).verifySession(cookie.value);
}
