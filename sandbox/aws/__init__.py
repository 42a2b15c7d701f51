"""A stand-in for AWS: moto behind a front that checks who asks, as AWS does and moto does not.

The front verifies every request's signature, codes of MFA devices, sessions and permissions; STS is
its own. EC2, S3 and CloudWatch Logs are moto's, in this process.
"""

from sandbox.aws.people import Person
from sandbox.aws.server import AwsStandIn, Seen

__all__ = ["AwsStandIn", "Person", "Seen"]
