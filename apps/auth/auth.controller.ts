import { Inject, Injectable } from '@nestjs/common';
import { authContract, type HandlersOf, type RequestOf, type ResponseOf } from '@tallystick/contracts';
import { Answers } from '@tallystick/transport/nest';
import { ProblemError } from '@tallystick/transport/service';
import { Auth } from './auth.js';
import { codeOf } from './refusals.js';

type Methods = (typeof authContract)['methods'];

@Injectable()
@Answers(authContract)
export class AuthController implements HandlersOf<typeof authContract> {
  constructor(@Inject(Auth) private readonly auth: Auth) {}

  async authenticate({ token }: RequestOf<Methods['authenticate']>): Promise<ResponseOf<Methods['authenticate']>> {
    const found = await this.auth.tokens.find(token);
    if (typeof found === 'string') {
      this.auth.counts.refused(codeOf(found));
      return { known: null, refused: found };
    }
    const { userId, clientId, approvedAtMs, wholeHistoryUntilMs } = found.grant;
    const wholeHistoryUntil = BigInt(wholeHistoryUntilMs) * 1_000n;
    return { known: { userId, clientId, approved: approvedAtMs !== null, wholeHistoryUntil }, refused: null };
  }

  async isApproved({ userId, clientId }: RequestOf<Methods['isApproved']>): Promise<ResponseOf<Methods['isApproved']>> {
    return { approved: await this.auth.grants.isApproved(userId, clientId) };
  }

  async issue({
    userId,
    clientId,
    lifetimeSeconds,
  }: RequestOf<Methods['issue']>): Promise<ResponseOf<Methods['issue']>> {
    const token = await this.auth.grants.issue(userId, clientId, lifetimeSeconds);
    this.auth.counts.issued('operator');
    return { token };
  }

  async forget({ userId }: RequestOf<Methods['forget']>): Promise<ResponseOf<Methods['forget']>> {
    await this.auth.forget(userId);
    return {};
  }

  async authenticateStaff({
    token,
  }: RequestOf<Methods['authenticateStaff']>): Promise<ResponseOf<Methods['authenticateStaff']>> {
    try {
      return { known: await this.auth.staff.memberOf({ authorization: `Bearer ${token}` }) };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { known: null };
    }
  }
}
