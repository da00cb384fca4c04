"""What a staff password must be; Django's rules, said in the portal's words."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"비밀번호가 짧습니다. {self.min_length}자 이상 적어 주세요."


class NotTheirName(UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "비밀번호가 아이디나 이름과 비슷합니다. 다른 말을 섞어 주세요."


class NotCommon(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return "많은 사람이 쓰는 비밀번호입니다. 다른 비밀번호를 적어 주세요."
