import { Inject, Injectable } from '@nestjs/common';
import { webhookContract } from '@tallystick/contracts';
import { Answers } from '@tallystick/transport/nest';
import { WebhookService } from './webhook-service.js';
import { Webhooks } from './webhooks.js';

@Injectable()
@Answers(webhookContract)
export class WebhookController extends Webhooks {
  constructor(@Inject(WebhookService) { answering }: WebhookService) {
    super(answering);
  }
}
